/** Names that Azure, Entra and Pulumi set limits to. */
import { describeGiven, type Finding } from "./problems";

/**
 * A short name that serves as display name, common name of the certificate (64 characters, RFC 5280), name of
 * the vault secret, of the federated credential (3 characters) and Pulumi name at once: the strictest of their rules.
 */
export function checkShortName(given: unknown): Finding | undefined {
  if (typeof given === "string" && /^[A-Za-z][A-Za-z0-9-]{1,62}[A-Za-z0-9]$/.test(given)) return undefined;
  return {
    code: "invalid-name",
    given: describeGiven(given),
    allowed: "3 to 64 letters, digits and hyphens, starting with a letter, not ending with a hyphen",
    remedy: 'choose a name such as "billing-nightly"; the description has room for more',
  };
}

/** https://learn.microsoft.com/azure/azure-resource-manager/management/resource-name-rules#microsoftkeyvault */
export function checkVaultName(given: unknown): Finding | undefined {
  if (
    typeof given === "string" &&
    /^[A-Za-z][A-Za-z0-9-]{1,22}[A-Za-z0-9]$/.test(given) &&
    !given.includes("--")
  ) {
    return undefined;
  }
  return {
    code: "invalid-name",
    given: describeGiven(given),
    allowed:
      "3 to 24 letters, digits and hyphens, starting with a letter, ending with a letter or digit, " +
      "no two hyphens in a row",
    remedy: 'choose a name such as "kv-billing-nightly"; it must be free in all of Azure',
  };
}

/** Same source as vault names. */
export function checkSecretName(given: unknown): Finding | undefined {
  if (typeof given === "string" && /^[A-Za-z0-9-]{1,127}$/.test(given)) return undefined;
  return {
    code: "invalid-name",
    given: describeGiven(given),
    allowed: "1 to 127 letters, digits and hyphens",
    remedy: 'choose a name such as "billing-nightly"; it stays the same over all rotations',
  };
}

/** https://learn.microsoft.com/azure/azure-resource-manager/management/resource-name-rules#microsoftresources */
export function checkResourceGroupName(given: unknown): Finding | undefined {
  if (typeof given === "string" && /^[\p{L}\p{N}_().-]{0,89}[\p{L}\p{N}_()-]$/u.test(given)) return undefined;
  return {
    code: "invalid-name",
    given: describeGiven(given),
    allowed:
      "1 to 90 letters, digits, underscores, hyphens, periods and parentheses, not ending with a period",
    remedy: 'name the existing resource group the vaults are put in, for example "rg-identities"',
  };
}

/** The name of a region as Azure's APIs spell it. */
export function checkLocation(given: unknown): Finding | undefined {
  if (typeof given === "string" && /^[a-z][a-z0-9]{2,49}$/.test(given)) return undefined;
  return {
    code: "invalid-name",
    given: describeGiven(given),
    allowed: "a region in lower case without spaces",
    remedy: 'write "westeurope", not "West Europe"; `az account list-locations` lists all of them',
  };
}

/** Control characters, line separators, and what turns or hides text for those who review it. */
const UNSEEN = /[\p{Cc}\p{Zl}\p{Zp}\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]/u;

/** Free text with a limit; `most` in characters. */
export function checkText(given: unknown, most: number, purpose: string): Finding | undefined {
  if (typeof given !== "string" || given.trim() === "") {
    return {
      code: typeof given === "string" || given === undefined ? "missing" : "wrong-type",
      given: describeGiven(given),
      allowed: `1 to ${most} characters`,
      remedy: purpose,
    };
  }
  if (UNSEEN.test(given)) {
    return {
      code: "invalid-text",
      given: describeGiven(given),
      allowed: "text on one line without control characters",
      remedy: "remove line breaks, tabs and escape sequences",
    };
  }
  if (given.length <= most) return undefined;
  return {
    code: "too-long",
    given: describeGiven(given),
    allowed: `at most ${most} characters, not ${given.length}`,
    remedy: "shorten it",
  };
}
