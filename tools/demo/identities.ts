import { X509Certificate } from "node:crypto";
import type { TenantCaller } from "../tenant/graph";

/** One line of the closing table: an application as Graph and the stack's outputs describe it. */
export interface IdentityRow {
  readonly application: string;
  readonly credential: string;
  readonly thumbprint: string;
  readonly validUntil: string;
  readonly key: string;
  readonly network: string;
}

interface GraphApplication {
  readonly id: string;
  readonly displayName: string;
  readonly passwordCredentials: readonly unknown[];
  readonly keyCredentials: readonly { readonly key: string; readonly endDateTime: string }[];
}

interface Described {
  readonly clientId: string;
  readonly thumbprintSha256?: string;
  readonly vaultSecretUri?: string;
  readonly networks?: readonly string[];
}

/** Asks Graph what each application of the stack really has. */
export async function readIdentities(
  caller: TenantCaller,
  identities: Readonly<Record<string, Described>>,
): Promise<readonly IdentityRow[]> {
  const rows: IdentityRow[] = [];
  for (const { clientId, thumbprintSha256, vaultSecretUri, networks = [] } of Object.values(identities)) {
    const select = "$select=id,displayName,passwordCredentials,keyCredentials";
    const { body } = await caller.graph("GET", `/v1.0/applications(appId='${clientId}')?${select}`);
    const application = body as GraphApplication;
    // Of two certificates the one that clients take.
    const certificate = application.keyCredentials.find(({ key }) => thumbprint(key) === thumbprintSha256);
    rows.push({
      application: application.displayName,
      credential: await credentialOf(caller, application),
      thumbprint: certificate === undefined ? "–" : `${thumbprint(certificate.key).slice(0, 16)}…`,
      validUntil: certificate?.endDateTime.slice(0, 10) ?? "–",
      key: vaultSecretUri ?? "no key",
      network: networks.length === 0 ? "any" : networks.join(", "),
    });
  }
  return rows;
}

async function credentialOf(caller: TenantCaller, application: GraphApplication): Promise<string> {
  const { body } = await caller.graph(
    "GET",
    `/v1.0/applications/${application.id}/federatedIdentityCredentials`,
  );
  const federated = (body as { value: readonly unknown[] }).value.length;
  const kinds = [
    application.keyCredentials.length > 0 ? "certificate" : "",
    federated > 0 ? "federation" : "",
    application.passwordCredentials.length > 0 ? "CLIENT SECRET" : "",
  ];
  return kinds.filter((kind) => kind !== "").join(" + ") || "none";
}

function thumbprint(base64: string): string {
  return new X509Certificate(Buffer.from(base64, "base64")).fingerprint256.replaceAll(":", "");
}
