/** What the runbook is: the file of this package, wherever it is published, and nothing else. */
import { createHash } from "node:crypto";
import { isInnerHost } from "../federation/inner-host";
import { readPackageFile } from "../package-file";
import { describeGiven, type Finding } from "../problems";

/** The runbook, from the root of the package. */
export const RUNBOOK_FILE = "components/automation/rotate_certificates.py";

/** SHA-256 of the runbook's bytes in hexadecimal digits, as Azure Automation compares what it downloads. */
export function runbookSha256(): string {
  return createHash("sha256").update(readPackageFile(RUNBOOK_FILE), "utf8").digest("hex").toUpperCase();
}

/**
 * An address anybody may read. Azure Automation downloads it without signing in; a signature in the address would be a
 * secret that stands in the state in plain text, and ends one day.
 */
export function checkContentUri(given: unknown): Finding | undefined {
  const url = typeof given === "string" && URL.canParse(given) ? new URL(given) : undefined;
  if (url !== undefined && url.search !== "") {
    return {
      code: "secret-in-url",
      allowed:
        "an address without a query: a signature in it (SAS) would be a secret in the state of the stack",
      remedy: "publish the file where anybody may read it: it holds no secret, and its hash is compared",
    };
  }
  const plain =
    url?.protocol === "https:" &&
    url.username === "" &&
    url.password === "" &&
    url.hash === "" &&
    !/\s/.test(url.href);
  if (plain && !isInnerHost(url.hostname)) return undefined;
  return {
    code: "invalid-url",
    given: plain ? describeGiven(url.hostname) : describeGiven(given),
    allowed: "an https address that Azure reaches from the internet, without user and query",
    remedy: `publish ${RUNBOOK_FILE} of the installed package, unchanged, and give its address`,
  };
}
