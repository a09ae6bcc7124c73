export { startSandbox } from "./sandbox";
export type { Sandbox, SandboxDeployer, SandboxOptions, SandboxPorts } from "./sandbox";
export { SandboxError } from "./sandbox-error";
export { Tenant } from "./tenant/tenant";
export type { TenantOptions } from "./tenant/tenant";
export type { Caller, GraphRequest, GraphResponse } from "./tenant/graph-request";
export type { SignIn } from "./tenant/sign-ins";
export { ADA_USER_ID, GRACE_USER_ID } from "./tenant/seed";
export { CLIENT_ADDRESS_HEADER } from "./tls/https-door";
