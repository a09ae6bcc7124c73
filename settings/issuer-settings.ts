/** What the configuration says of the authority that issues certificates. */
import { readCertificateOptions } from "../components/certificate-options";
import { readCertificateArgs, type TlsCertificateArgs } from "../components/certificate-args";
import type { CertificateIssuer } from "../components/certificate-issuer";
import { Problems } from "../components/problems";
import type { StackCertificateSettings } from "./certificate-settings";
import { addBelow, isAbsent, REPORTED } from "./structured-value";

/**
 * Reads the authority, and holds it against every certificate it would issue on the day.
 * @returns undefined where there is none: certificates are self-signed
 */
export function readIssuer(
  at: string,
  given: unknown,
  certificates: readonly StackCertificateSettings[],
  now: Date,
  problems: Problems,
): CertificateIssuer | undefined {
  if (isAbsent(given) || given === REPORTED) return undefined;
  const seen = new Set<string>();
  // Without any such certificate it is still read: a mistake must not wait for the first one.
  const declarations: readonly TlsCertificateArgs[] = certificates.length === 0 ? [{}] : certificates;
  for (const { rotation, keyBits } of declarations) {
    const found = new Problems();
    const args = {
      ...(rotation && { rotation }),
      ...(keyBits && { keyBits }),
      issuer: given as CertificateIssuer,
    };
    const options = readCertificateOptions("", args, found);
    if (options !== undefined && found.found.length === 0)
      readCertificateArgs("", options, { name: "any", now }, found);
    const own = found.found
      .filter((problem) => problem.at.startsWith(".issuer"))
      .map((problem) => ({ ...problem, at: problem.at.replace(/^\.issuer\.?/, "") }))
      .filter((problem) => !seen.has(problem.at));
    for (const problem of own) seen.add(problem.at);
    addBelow(at, own, problems);
  }
  return given as CertificateIssuer;
}
