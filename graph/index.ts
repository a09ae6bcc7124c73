export * from "./app-management-loss";
export * from "./app-management-merge";
export * from "./app-management-policy";
export * from "./app-management-survey";
export * from "./app-management-symmetry";
export type { GraphVersion } from "./address";
export { BATCH_SIZE, type GraphBatchOptions, type GraphBatchRequest, type GraphBatchResult } from "./batch";
export * from "./applications";
export * from "./certificate-authorities";
export * from "./client";
export * from "./clouds";
export * from "./custom-policy";
export * from "./custom-restrictions";
export * from "./duration";
export * from "./errors";
export type { TokenSource } from "./exchange";
export { PACE_RULES, type PacedTurn, type PaceRule, Pacer, type PacerOptions } from "./pacing";
export type { GraphPage } from "./paging";
export * from "./policy-place";
export * from "./policy-refusal";
export { redact } from "./redact";
export * from "./restriction-entry";
export {
  backoffMs,
  certificateDistrusted,
  connectionFailureCode,
  DEFAULT_RETRY_LIMITS,
  failedBeforeSending,
  repeatableStatus,
  type RequestEffect,
  retryAfterMs,
  type RetryLimits,
} from "./retry";
