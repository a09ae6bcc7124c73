/** What a client has to be told to sign in as an application: nothing of it is secret. */
import * as pulumi from "@pulumi/pulumi";
import type { ApplicationCertificates } from "./application-certificates";

export interface ClientConfiguration {
  /** Id of the tenant the application lives in. */
  readonly tenantId: pulumi.Output<string>;
  /** Application (client) id. */
  readonly clientId: pulumi.Output<string>;
  /** SHA-256 of the current certificate, 64 upper-case hexadecimal digits. Read it from the certificate where you can. */
  readonly thumbprintSha256?: pulumi.Output<string>;
  /** SHA-1 of the current certificate, for clients that know no other: 40 upper-case hexadecimal digits. */
  readonly thumbprintSha1?: pulumi.Output<string>;
  /**
   * Address of the secret with key and certificate, without a version: it stays the same over all rotations. Absent
   * where the application does not know it: a `CredentialVault` tells it as `secretUris`.
   */
  readonly vaultSecretUri?: pulumi.Output<string>;
  /** Form of that secret: "application/x-pem-file" or "application/x-pkcs12". */
  readonly contentType?: pulumi.Output<string>;
}

export function clientConfigurationOf(
  ids: { readonly tenantId: pulumi.Output<string>; readonly clientId: pulumi.Output<string> },
  { current, secret }: ApplicationCertificates,
): ClientConfiguration {
  if (current === undefined) return ids;
  const { thumbprintSha256, thumbprintSha1 } = current;
  return { ...ids, thumbprintSha256, thumbprintSha1, ...secret };
}
