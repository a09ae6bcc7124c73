/**
 * The repository's program, stopped half way for good: certificates are issued and applications registered, but no
 * credential reaches Entra and no key a vault. Run by a test that kills it there.
 */
import { createRequire } from "node:module";
import { runtime } from "@pulumi/pulumi";

const HELD = new Set([
  "azuread:index/applicationCertificate:ApplicationCertificate",
  "azure-native:keyvault:Secret",
]);

export = () => {
  runtime.registerResourceTransform(({ type }) =>
    HELD.has(type) ? new Promise<undefined>(() => undefined) : undefined,
  );
  return createRequire(__filename)("../../index") as Record<string, unknown>;
};
