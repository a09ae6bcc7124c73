export * from "./app-management-merge";
export * from "./app-management-policy";
export * from "./client";
export * from "./clouds";
export * from "./duration";
export * from "./errors";
export { DEFAULT_RETRY_LIMITS, type RetryLimits } from "./retry";
