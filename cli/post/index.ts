/** Posting reviews to code hosts. */
export * from "./errors";
export * from "./marker";
export * from "./post";
export * from "./posting";
export { detectHost, readRunContext, type RunContext } from "./run-context";
export { systemDeps } from "./system";
export { postingOf, postReport, strangersReport, trustedReport } from "./report-posting";
