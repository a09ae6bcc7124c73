/** What can go wrong between us and Key Vault's data plane, told to the person who has to mend it. */
import { redact } from "../graph";

/** Each is explained in docs/resources/vault-certificate.md. */
export const VAULT_ERROR_CODES = [
  "VAULT_ABORTED",
  "VAULT_CONFLICT",
  "VAULT_DISALLOWED",
  "VAULT_FIREWALL",
  "VAULT_FORBIDDEN",
  "VAULT_INVALID_ANSWER",
  "VAULT_NOT_FOUND",
  "VAULT_REJECTED",
  "VAULT_SIGN_IN_FAILED",
  "VAULT_THROTTLED",
  "VAULT_UNAUTHORIZED",
  "VAULT_UNAVAILABLE",
  "VAULT_UNREACHABLE",
] as const;

type VaultErrorCode = (typeof VAULT_ERROR_CODES)[number];

/** The facts an error keeps. None of them is secret. */
export interface VaultErrorFacts {
  /** Method and path without query: `GET /certificates/billing`. */
  readonly request: string;
  /** Host name of the vault. */
  readonly vault: string;
  readonly status?: number | undefined;
  /** Innermost code of Key Vault's error object, such as `ForbiddenByRbac`. */
  readonly vaultCode?: string | undefined;
  /** `x-ms-request-id`: what Microsoft support asks for. */
  readonly requestId?: string | undefined;
  /** Only for writes: `unknown` when the vault may have carried it out. */
  readonly outcome?: "not-applied" | "unknown" | undefined;
}

/** A failed request, with a stable code. Never holds a token, a key or a raw answer. */
export class VaultError extends Error implements VaultErrorFacts {
  readonly code: VaultErrorCode;
  readonly request: string;
  readonly vault: string;
  readonly status: number | undefined;
  readonly vaultCode: string | undefined;
  readonly requestId: string | undefined;
  readonly outcome: "not-applied" | "unknown" | undefined;

  constructor(code: VaultErrorCode, message: string, facts: VaultErrorFacts) {
    super(message);
    this.name = "VaultError";
    this.code = code;
    this.request = facts.request;
    this.vault = facts.vault;
    this.status = facts.status;
    this.vaultCode = facts.vaultCode;
    this.requestId = facts.requestId;
    this.outcome = facts.outcome;
  }
}

/** The least role that can do all this provider does with certificates; it cannot read a private key. */
export const CERTIFICATES_OFFICER = {
  name: "Key Vault Certificates Officer",
  id: "a4417e6f-fecd-4de8-b567-7b0420556985",
} as const;

/** The error for an answer whose status is not 2xx. `known` are values that must not appear in it. */
export function errorForAnswer(
  status: number,
  text: string,
  facts: VaultErrorFacts,
  known: readonly string[],
): VaultError {
  const { codes, message } = readServiceError(text);
  const vaultCode = redact(codes.at(-1) ?? "", known) || undefined;
  const said = redact(message, known);
  const { code, remedy } = situation(status, codes, said);
  const parts = [
    `${facts.request} was answered by ${facts.vault} with ${status}${vaultCode === undefined ? "" : ` ${vaultCode}`}` +
      (said === "" ? "." : `: ${said.replace(/\.?$/, ".")}`),
    remedy,
    ...(facts.outcome === "unknown" ? ["Whether the change was carried out is unknown."] : []),
    ...(facts.requestId === undefined ? [] : [`Request id ${facts.requestId}.`]),
  ];
  return new VaultError(code, parts.join(" "), { ...facts, status, vaultCode });
}

interface Situation {
  readonly code: VaultErrorCode;
  readonly remedy: string;
}

function situation(status: number, codes: readonly string[], said: string): Situation {
  if (status === 403) return forbidden(codes, said);
  if (status === 401) {
    return {
      code: "VAULT_UNAUTHORIZED",
      remedy:
        "The vault did not accept the access token: check that it belongs to the tenant in ARM_TENANT_ID and to the cloud in ARM_ENVIRONMENT.",
    };
  }
  if (status === 404) {
    return { code: "VAULT_NOT_FOUND", remedy: "Check the names of vault and certificate." };
  }
  if (status === 409) {
    return { code: "VAULT_CONFLICT", remedy: "Something else is being done to this certificate." };
  }
  if (status === 429) {
    return {
      code: "VAULT_THROTTLED",
      remedy: "The vault is being throttled for longer than certlock waits; try again later.",
    };
  }
  if (status >= 500 || status === 408) {
    return {
      code: "VAULT_UNAVAILABLE",
      remedy: "The service has a passing fault; run the update again.",
    };
  }
  return { code: "VAULT_REJECTED", remedy: "Key Vault refuses the request as it stands." };
}

const GUID = "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}";

/** https://learn.microsoft.com/azure/key-vault/general/common-error-codes */
function forbidden(codes: readonly string[], said: string): Situation {
  if (/disallowed by policy/i.test(said)) {
    return {
      code: "VAULT_DISALLOWED",
      remedy:
        "An Azure Policy on this vault forbids such certificates (landing zones often forbid self-signed ones): " +
        "name an issuer that the policy allows in issuerName, stay within its months and key sizes, or have the vault exempted.",
    };
  }
  if (codes.includes("ForbiddenByFirewall")) {
    const address = /Client address: ([0-9a-f.:]{3,45})/i.exec(said)?.[1];
    return {
      code: "VAULT_FIREWALL",
      remedy:
        `The vault's firewall does not know the address${address === undefined ? "" : ` ${address}`} this run comes from. ` +
        "A certificate can only be made through the vault itself, so run the deployment from a network the vault allows: a self-hosted agent behind its private endpoint, or an agent with a fixed public address in allowedIpRanges. " +
        'Do not open the vault to all networks; where neither can be had, take a certificate with key "tls", which is written through Azure Resource Manager.',
    };
  }
  if (codes.includes("ForbiddenByConnection")) {
    return {
      code: "VAULT_FIREWALL",
      remedy: "The vault has no public access: run the deployment from a network with its private endpoint.",
    };
  }
  if (codes.some((code) => /^(?:ForbiddenByPolicy|AccessDenied)$/.test(code))) {
    return {
      code: "VAULT_FORBIDDEN",
      remedy:
        "The vault still uses access policies: switch it to Azure role-based access (enableRbacAuthorization) and grant the role " +
        `"${CERTIFICATES_OFFICER.name}", or allow the signed-in identity get, list, create, update, delete and recover of certificates.`,
    };
  }
  const object = new RegExp(`oid=(${GUID})`, "i").exec(said)?.[1];
  return {
    code: "VAULT_FORBIDDEN",
    remedy:
      `Grant the signed-in identity${object === undefined ? "" : ` (object id ${object})`} the Azure role "${CERTIFICATES_OFFICER.name}" (${CERTIFICATES_OFFICER.id}) on this vault; ` +
      "it does not let anybody read private keys. A new assignment takes some minutes to work.",
  };
}

/** Codes from outermost to innermost and the message; tolerant, since proxies answer in their own forms. */
function readServiceError(text: string): { codes: string[]; message: string } {
  let node: unknown;
  try {
    node = (JSON.parse(text) as { error?: unknown } | null)?.error;
  } catch {
    return { codes: [], message: "" };
  }
  const codes: string[] = [];
  let message = "";
  for (let depth = 0; depth < 6 && typeof node === "object" && node !== null; depth++) {
    const inner = node as { code?: unknown; message?: unknown; innererror?: unknown; innerError?: unknown };
    if (typeof inner.code === "string" && inner.code !== "") codes.push(inner.code);
    if (message === "" && typeof inner.message === "string") message = inner.message;
    node = inner.innererror ?? inner.innerError;
  }
  return { codes, message };
}
