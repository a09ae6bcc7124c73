export * from "./app-management-loss";
export * from "./app-management-merge";
export * from "./app-management-policy";
export * from "./app-management-survey";
export * from "./client";
export * from "./clouds";
export * from "./duration";
export * from "./errors";
export * from "./policy-place";
export { redact } from "./redact";
export * from "./restriction-entry";
export {
  backoffMs,
  certificateDistrusted,
  connectionFailureCode,
  DEFAULT_RETRY_LIMITS,
  failedBeforeSending,
  repeatableStatus,
  retryAfterMs,
  type RetryLimits,
} from "./retry";
