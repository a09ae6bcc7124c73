/** Finds everything that is wrong with the inputs of a CertificateAuthorityConfiguration, at once. */
import { X509Certificate } from "node:crypto";
import { MOST_TRUSTED_AUTHORITIES } from "../graph";
import { checkKeys, Problems } from "./check-problems";
import { hasUnknown, isList, isMap, type PropertyMap, type PropertyValue, UNKNOWN } from "./properties";
import type { CheckResult } from "./resource-handler";

export const INPUTS = ["displayName", "description", "trustedCertificateAuthorities"] as const;
const LIST = "trustedCertificateAuthorities";
const MOST_NAME_CHARACTERS = 256;
const MOST_DESCRIPTION_CHARACTERS = 900;

/** A certificate read from an input. */
export interface ReadAuthority {
  /** Base64 of the DER form. */
  readonly der: string;
  readonly isSelfIssued: boolean;
}

const BLOCK = /-----BEGIN ([A-Z0-9 ]{1,40})-----/g;

/**
 * Reads the certificate of an authority from PEM; what is wrong with it otherwise. Nothing of the text is repeated: it
 * may hold a private key.
 */
export function readAuthority(pem: string): ReadAuthority | { readonly problem: string } {
  const blocks = [...pem.matchAll(BLOCK)].map(([, label]) => label ?? "");
  if (blocks.some((label) => label.includes("PRIVATE KEY"))) {
    return {
      problem:
        "holds a private key, which must not come near this; give the certificate alone, and treat the key as disclosed if it was written to a file of the project",
    };
  }
  if (blocks.length !== 1 || blocks[0] !== "CERTIFICATE") {
    return {
      problem: `must be one PEM block "CERTIFICATE"; it holds ${blocks.length} blocks. Give each authority an entry of its own`,
    };
  }
  let certificate: X509Certificate;
  try {
    certificate = new X509Certificate(pem);
  } catch {
    return { problem: "is no certificate that can be read; give it in PEM, whole" };
  }
  if (!certificate.ca)
    return { problem: "is no authority: its basic constraints do not allow it to issue certificates" };
  return { der: certificate.raw.toString("base64"), isSelfIssued: certificate.checkIssued(certificate) };
}

/** Fills in defaults and lists all problems. Unknown values of a preview are taken to be right. */
export function checkAuthorityConfiguration(news: PropertyMap, secretKeys: ReadonlySet<string>): CheckResult {
  const problems = new Problems(secretKeys);
  checkKeys(news, INPUTS, "", problems);
  checkText(news["displayName"], "displayName", MOST_NAME_CHARACTERS, problems);
  if ((news["description"] ?? "") !== "") {
    checkText(news["description"], "description", MOST_DESCRIPTION_CHARACTERS, problems);
  }
  const authorities = news[LIST];
  if (authorities === UNKNOWN) return { inputs: news, problems: problems.list };
  if (!isList(authorities) || authorities.length === 0) {
    const given =
      authorities === undefined || authorities === null
        ? "it is required"
        : problems.given(LIST, authorities);
    problems.add(
      LIST,
      `must be a list of at least one authority, each with its certificate; ${isList(authorities) ? "it is empty" : given}`,
    );
    return { inputs: news, problems: problems.list };
  }
  if (authorities.length > MOST_TRUSTED_AUTHORITIES) {
    problems.add(
      LIST,
      `has ${authorities.length} authorities; Graph takes at most ${MOST_TRUSTED_AUTHORITIES} in one configuration`,
    );
  }
  const seen = new Map<string, number>();
  const filled = authorities.map((authority, index) => checkAuthority(authority, index, seen, problems));
  const roots = filled.filter((one) => isMap(one) && one["isRootAuthority"] === true);
  if (problems.list.length === 0 && !hasUnknown(filled) && roots.length !== 1) {
    problems.add(
      LIST,
      roots.length === 0
        ? "has no root: the chain must end in one authority that is issued by itself, or is marked with isRootAuthority"
        : `has ${roots.length} roots; a configuration has exactly one. Declare one configuration for each root and name both in the policy`,
    );
  }
  return { inputs: { ...news, [LIST]: filled }, problems: problems.list };
}

function checkText(value: PropertyValue | undefined, name: string, most: number, problems: Problems): void {
  if (value === UNKNOWN) return;
  if (typeof value === "string" && value.trim() !== "" && value.length <= most) return;
  const given =
    value === undefined || value === null
      ? "it is required"
      : typeof value === "string"
        ? `it has ${value.length}`
        : problems.given(name, value);
  problems.add(name, `must be a text of 1 to ${most} characters; ${given}`);
}

function checkAuthority(
  authority: PropertyValue,
  index: number,
  seen: Map<string, number>,
  problems: Problems,
): PropertyValue {
  const path = `${LIST}[${index}]`;
  if (authority === UNKNOWN) return authority;
  if (!isMap(authority)) {
    problems.add(
      path,
      `must be an object with certificate and isRootAuthority; given: ${typeof authority === "string" ? "a text" : "something else"}`,
    );
    return authority;
  }
  checkKeys(authority, ["certificate", "isRootAuthority"], path, problems);
  const isRoot = authority["isRootAuthority"] ?? undefined;
  if (isRoot !== undefined && isRoot !== UNKNOWN && typeof isRoot !== "boolean") {
    problems.add(`${path}.isRootAuthority`, `must be true or false; ${problems.given(path, isRoot)}`);
  }
  const pem = authority["certificate"];
  if (pem === UNKNOWN) return { ...authority, isRootAuthority: isRoot ?? UNKNOWN };
  if (typeof pem !== "string" || pem === "") {
    problems.add(`${path}.certificate`, "is required: the authority's certificate, one PEM block");
    return authority;
  }
  const read = readAuthority(pem);
  if ("problem" in read) {
    problems.add(`${path}.certificate`, read.problem);
    return authority;
  }
  const first = seen.get(read.der);
  if (first === undefined) seen.set(read.der, index);
  else problems.add(`${path}.certificate`, `stands in [${first}] already`);
  if (isRoot === true && !read.isSelfIssued) {
    problems.add(
      `${path}.isRootAuthority`,
      "is true, and the certificate is issued by another authority: a root is issued by itself",
    );
  }
  return { ...authority, isRootAuthority: isRoot ?? read.isSelfIssued };
}
