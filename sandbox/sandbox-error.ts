/** Why the sandbox could not start; `code` is stable. */
export class SandboxError extends Error {
  override readonly name = "SandboxError";
  readonly code: "SANDBOX_PORT_IN_USE" | "SANDBOX_OPTION_INVALID" | "SANDBOX_SEED_INVALID";

  constructor(code: SandboxError["code"], message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
