/** The names of all options of an application's certificates: a misspelt one must not quietly mean its default. */
import type {
  CertificateArgs,
  ExternalCertificateArgs,
  TlsCertificateArgs,
  VaultCertificateKeyArgs,
} from "./certificate-args";
import type { CertificateIssuer } from "./certificate-issuer";
import { isOptions, type OptionNames, readOptions, wrongType } from "./given-options";
import type { Problems } from "./problems";
import type { RotationArgs, RotationChange } from "./rotation";

const TLS: OptionNames<TlsCertificateArgs> = {
  key: "optional",
  rotation: "optional",
  keyBits: "optional",
  issuer: "optional",
  pfx: "optional",
};

const VAULT: OptionNames<VaultCertificateKeyArgs> = {
  key: "required",
  vaultUri: "checked",
  certificateName: "optional",
  issuerName: "optional",
  rotation: "optional",
  keyBits: "optional",
  pfx: "optional",
};

const EXTERNAL: OptionNames<ExternalCertificateArgs> = { key: "required", certificates: "checked" };

const ISSUER: OptionNames<CertificateIssuer> = {
  from: "checked",
  certificatePem: "required",
  privateKeyPem: "required",
  chainPem: "optional",
};

const ROTATION: OptionNames<RotationArgs> = {
  epoch: "optional",
  periodDays: "optional",
  validityDays: "optional",
  generation: "optional",
  changes: "optional",
};

const CHANGE: OptionNames<RotationChange> = {
  from: "checked",
  periodDays: "optional",
  validityDays: "optional",
  keyBits: "optional",
  withdraw: "optional",
};

/** The options as far as they have values; undefined where there are none to read. */
export function readCertificateOptions(
  at: string,
  given: CertificateArgs,
  problems: Problems,
): CertificateArgs | undefined {
  const options: unknown = given;
  if (!isOptions(options)) {
    problems.add(at, wrongType(options, "an object; { } for keys made by the stack"));
    return undefined;
  }
  switch (given.key) {
    case "external":
      return readOptions(at, given, EXTERNAL, problems);
    case "vault":
      return withRotation(at, readOptions(at, given, VAULT, problems), problems);
    default:
      return withIssuer(at, withRotation(at, readOptions(at, given, TLS, problems), problems), problems);
  }
}

function withRotation<T extends { readonly rotation?: RotationArgs }>(
  at: string,
  args: T | undefined,
  problems: Problems,
): T | undefined {
  if (args?.rotation === undefined) return args;
  const rotation = readOptions(`${at}.rotation`, args.rotation, ROTATION, problems);
  const changes: unknown = rotation?.changes;
  if (rotation === undefined || !Array.isArray(changes)) return { ...args, rotation: rotation ?? {} };
  const read = (changes as readonly RotationChange[]).map((change, index) =>
    // What is no object at all is reported where changes are read.
    isOptions(change) ? readOptions(`${at}.rotation.changes[${index}]`, change, CHANGE, problems) : change,
  );
  return { ...args, rotation: { ...rotation, changes: read } };
}

function withIssuer(
  at: string,
  args: TlsCertificateArgs | undefined,
  problems: Problems,
): TlsCertificateArgs | undefined {
  if (args?.issuer === undefined) return args;
  const { issuer: given, ...others } = args;
  const issuer = readOptions(`${at}.issuer`, given, ISSUER, problems);
  return issuer === undefined ? others : { ...others, issuer };
}
