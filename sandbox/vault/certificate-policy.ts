import { badParameter } from "./key-vault-error";

/** A certificate policy in the form of Key Vault's own JSON. */
export interface CertificatePolicy {
  readonly key_props: {
    readonly exportable: boolean;
    readonly kty: "RSA";
    readonly key_size: number;
    readonly reuse_key: boolean;
  };
  readonly secret_props: { readonly contentType: string };
  readonly x509_props: {
    readonly subject: string;
    readonly sans?: { readonly dns_names?: readonly string[] };
    readonly ekus: readonly string[];
    readonly key_usage: readonly string[];
    readonly validity_months: number;
    readonly basic_constraints: { readonly ca: false };
  };
  readonly lifetime_actions: readonly LifetimeAction[];
  readonly issuer: { readonly name: string };
  readonly attributes: { readonly enabled: true; readonly created: number; readonly updated: number };
}

export interface LifetimeAction {
  readonly trigger: { readonly lifetime_percentage?: number; readonly days_before_expiry?: number };
  readonly action: { readonly action_type: "AutoRenew" | "EmailContacts" };
}

const CONTENT_TYPES = ["application/x-pkcs12", "application/x-pem-file"];
const KEY_SIZES = [2048, 3072, 4096];
const SERVER_AND_CLIENT = ["1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.2"];
export const KEY_USAGES = [
  "digitalSignature",
  "nonRepudiation",
  "keyEncipherment",
  "dataEncipherment",
  "keyAgreement",
  "keyCertSign",
  "cRLSign",
  "encipherOnly",
  "decipherOnly",
] as const;

type Json = Readonly<Record<string, unknown>>;

/**
 * The policy a caller gave, completed as Key Vault does: what is left out comes from the policy before, else from the
 * service's defaults. Without lifetime actions a certificate renews itself, except one that is signed by hand.
 *
 * @throws KeyVaultError `BadParameter`
 */
export function completePolicy(
  given: unknown,
  now: number,
  before: CertificatePolicy | undefined,
): CertificatePolicy {
  const policy = object(given);
  const key = object(policy["key_props"]);
  const x509 = object(policy["x509_props"]);
  const name = text(object(policy["issuer"])["name"]) ?? before?.issuer.name ?? "Unknown";
  const subject = text(x509["subject"]) ?? before?.x509_props.subject;
  if (subject === undefined || !subject.includes("=")) {
    throw badParameter("Property policy.x509_props.subject is not a valid X.500 distinguished name.");
  }
  const kty = text(key["kty"]) ?? "RSA";
  if (kty !== "RSA")
    throw badParameter(`The sandbox vault makes RSA keys only; policy.key_props.kty is '${kty}'.`);
  const sans = object(x509["sans"]);
  return {
    key_props: {
      exportable: flag(key["exportable"]) ?? before?.key_props.exportable ?? true,
      kty,
      key_size: oneOf(key["key_size"] ?? before?.key_props.key_size ?? 2048, KEY_SIZES, "key_props.key_size"),
      reuse_key: flag(key["reuse_key"]) ?? before?.key_props.reuse_key ?? false,
    },
    secret_props: {
      contentType: oneOf(
        object(policy["secret_props"])["contentType"] ?? before?.secret_props.contentType ?? CONTENT_TYPES[0],
        CONTENT_TYPES,
        "secret_props.contentType",
      ),
    },
    x509_props: {
      subject,
      ...(Array.isArray(sans["dns_names"]) && { sans: { dns_names: texts(sans["dns_names"]) ?? [] } }),
      ekus: texts(x509["ekus"]) ?? before?.x509_props.ekus ?? SERVER_AND_CLIENT,
      key_usage: keyUsage(x509["key_usage"]) ??
        before?.x509_props.key_usage ?? ["digitalSignature", "keyEncipherment"],
      validity_months: months(x509["validity_months"] ?? before?.x509_props.validity_months ?? 12),
      basic_constraints: { ca: false },
    },
    lifetime_actions:
      lifetimeActions(policy["lifetime_actions"]) ?? before?.lifetime_actions ?? defaultActions(name),
    issuer: { name },
    attributes: { enabled: true, created: before?.attributes.created ?? now, updated: now },
  };
}

function defaultActions(issuer: string): readonly LifetimeAction[] {
  const action_type = issuer.toLowerCase() === "unknown" ? "EmailContacts" : "AutoRenew";
  return [{ trigger: { lifetime_percentage: 80 }, action: { action_type } }];
}

function lifetimeActions(given: unknown): readonly LifetimeAction[] | undefined {
  if (!Array.isArray(given) || given.length === 0) return undefined;
  return given.map((entry: unknown) => {
    const { lifetime_percentage, days_before_expiry } = object(object(entry)["trigger"]);
    const type = text(object(object(entry)["action"])["action_type"]);
    if (type !== "AutoRenew" && type !== "EmailContacts") {
      throw badParameter(
        "Property policy.lifetime_actions has an action that is neither AutoRenew nor EmailContacts.",
      );
    }
    return {
      trigger: {
        ...(typeof lifetime_percentage === "number" && { lifetime_percentage }),
        ...(typeof days_before_expiry === "number" && { days_before_expiry }),
      },
      action: { action_type: type },
    };
  });
}

function keyUsage(given: unknown): readonly string[] | undefined {
  const words = texts(given);
  const unknown = words?.find((word) => !KEY_USAGES.some((known) => known === word));
  if (unknown !== undefined)
    throw badParameter(`Property policy.x509_props.key_usage has the unknown value '${unknown}'.`);
  return words;
}

function months(given: unknown): number {
  if (typeof given === "number" && Number.isInteger(given) && given >= 1 && given <= 120) return given;
  throw badParameter(
    "Property policy.x509_props.validity_months must be a whole number of months from 1 to 120.",
  );
}

function oneOf<T>(given: unknown, allowed: readonly T[], property: string): T {
  const found = allowed.find((value) => value === given);
  if (found !== undefined) return found;
  throw badParameter(`Property policy.${property} has an invalid value; allowed are ${allowed.join(", ")}.`);
}

export function object(value: unknown): Json {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Json) : {};
}

export function text(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

export function flag(value: unknown): boolean | undefined {
  return typeof value === "boolean" ? value : undefined;
}

function texts(value: unknown): readonly string[] | undefined {
  return Array.isArray(value) ? value.map(String) : undefined;
}
