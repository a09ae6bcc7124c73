/** The claims of a token from elsewhere, as a federated credential names them: letter by letter. */
import * as pulumi from "@pulumi/pulumi";
import type { OptionNames } from "../given-options";
import { describeGiven, type Finding, type Problems } from "../problems";
import type { EntraCloud } from "./cloud";
import { isInnerHost } from "./inner-host";

/** Whom a federated credential trusts. */
export interface Claims {
  /** The `iss` claim. */
  readonly issuer: pulumi.Input<string>;
  /** The `sub` claim. */
  readonly subject: pulumi.Input<string>;
  /** The `aud` claim, where the issuer knows no other. @default - the one of the cloud's token exchange */
  readonly audience?: string;
}

/** One kind of issuer: how its callers are named, and what their tokens say. */
export interface Issuer<Given> {
  /** Who signs in, in words. */
  readonly caller: string;
  /** Every option of this issuer. */
  readonly options: OptionNames<Given>;
  /** Adds what is wrong, each at its own option. Values that are not known yet are taken to be right. */
  check(at: string, given: Given, problems: Problems, cloud: EntraCloud): void;
  /** The claims of the tokens; only for what passed the check. */
  claims(given: Given, cloud: EntraCloud): Claims;
}

/**
 * Longest issuer, subject, audience and description, in characters.
 * https://learn.microsoft.com/entra/workload-id/workload-identity-federation-considerations
 */
export const CLAIM_CHARACTERS = 600;

/** A claim that Entra could compare with one of a token. */
export function checkClaim(given: unknown): Finding | undefined {
  return wildcard(given) ?? checkLength(given);
}

/** Text of a credential's field. */
export function checkLength(given: unknown): Finding | undefined {
  if (typeof given === "string" && given.length > CLAIM_CHARACTERS) {
    return {
      code: "too-long",
      given: describeGiven(given),
      allowed: `at most ${CLAIM_CHARACTERS} characters, not ${given.length}`,
      remedy: "use a shorter name on the issuer's side",
    };
  }
  const plain = typeof given === "string" && given !== "" && given.trim() === given && !UNSEEN.test(given);
  if (plain) return undefined;
  return {
    code: "invalid-text",
    given: describeGiven(given),
    allowed: `1 to ${CLAIM_CHARACTERS} printable characters without spaces at the ends`,
    remedy: "copy the claim from a token of the issuer",
  };
}

/**
 * An issuer is an address that Entra can ask for `/.well-known/openid-configuration`. `fromInside` is the remedy where
 * only one network knows the host.
 */
export function checkIssuer(
  given: unknown,
  fromInside = "use the issuer's public name, or publish its keys under one",
): Finding | undefined {
  const finding = checkClaim(given);
  if (finding !== undefined) return finding;
  const text = String(given);
  // The parser takes much that no token says: upper case, spaces, and no slashes at all.
  const url = /^https:\/\/[^\s?#@]+$/.test(text) && URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined) {
    return {
      code: "invalid-text",
      given: describeGiven(given),
      allowed: "an https address without user, query and fragment",
      remedy: 'copy "issuer" from <issuer>/.well-known/openid-configuration, letter by letter',
    };
  }
  if (!isInnerHost(url.hostname)) return undefined;
  return {
    code: "invalid-text",
    given: describeGiven(url.hostname),
    allowed: "an issuer that Entra reaches from the internet",
    remedy: fromInside,
  };
}

/** A name that becomes part of a subject; what its issuer would not take could only match by accident. */
export function checkName(
  given: unknown,
  pattern: RegExp,
  words: { readonly allowed: string; readonly remedy: string },
): Finding | undefined {
  if (typeof given === "string" && pattern.test(given) && !UNSEEN.test(given)) return undefined;
  return wildcard(given) ?? { code: "invalid-name", given: describeGiven(given), ...words };
}

/** Entra compares subjects exactly: a wildcard would match nothing and look as if it matched much. */
export function wildcard(given: unknown): Finding | undefined {
  if (typeof given !== "string" || !/[*?]/.test(given)) return undefined;
  return {
    code: "wildcard",
    given: describeGiven(given),
    allowed: "an exact value: federated credentials know no wildcards",
    remedy: "declare one federated credential for each exact value, at most 20 on an application",
  };
}

/** Exactly one of several options, or a finding; an option that is absent, null or false is not chosen. */
export function checkChoice(given: object, choices: readonly string[], remedy: string): Finding | undefined {
  const chosen = choices.filter((choice) => {
    const value: unknown = Reflect.get(given, choice);
    return value !== undefined && value !== null && value !== false;
  });
  if (chosen.length === 1) return undefined;
  return {
    code: "choose-one",
    given: chosen.length === 0 ? "none of them" : chosen.join(" and "),
    allowed: `exactly one of ${choices.join(", ")}`,
    remedy,
  };
}

/** Whether a value can be judged now: outputs of other resources are judged once they are known. */
export function isKnown<T>(given: pulumi.Input<T>): given is T {
  return !pulumi.Output.isInstance(given) && !(given instanceof Promise);
}

/** Control characters, surrogates without a partner, and what separates lines. */
const UNSEEN = /[\p{C}\p{Zl}\p{Zp}]/u;
