/**
 * What the checked program gets to see of the environment. It may be somebody else's, from a fork: it is run without
 * whatever could sign in anywhere.
 */

export type Environment = Readonly<Record<string, string | undefined>>;

/** Families of variables that tools sign in with, or that say to what. */
const FAMILIES =
  /^(ARM|AAD|AZURE|AWS|GOOGLE|GCLOUD|CLOUDSDK|CLOUDFLARE|VAULT|KUBECONFIG|DOCKER|ENDPOINT|PULUMI|CERTLOCK|IDENTITY|MSI|FABRIC|M365|POWER_PLATFORM|TF_VAR)(_|$)/;

/** Words in the name of a variable that holds something secret. */
const SECRET_WORDS =
  /token|secret|passw|passphrase|passwd|pwd$|credential|api_?key|access_?key|private_?key|account_?key|principal_?key|auth|_pat$|^pat$|_key$|cookie|connection_?string/i;

/** Values that are secret under whatever name: tokens, private keys, addresses with a password in them. */
const SECRET_VALUES =
  /\beyJ[\w-]{8,}\.[\w-]+|-----BEGIN [A-Z ]*PRIVATE KEY|[\w~.-]{3}[78]Q~[\w~.-]{31,34}|\bgh[oprsu]_\w{20,}|\bgithub_pat_\w{20,}|\bglpat-[\w-]{20,}|\bpul-[0-9a-f]{20,}|:\/\/[^\s/:@]+:[^\s/@]+@/;

/** Needed to run anything, whatever the patterns above think of their names. */
const NEEDED = new Set([
  ...["PATH", "HOME", "PWD", "OLDPWD"],
  // Which Python the language host runs: https://www.pulumi.com/docs/iac/languages-sdks/python/
  ...["PULUMI_PYTHON_CMD", "PULUMI_RUNTIME_VIRTUALENV"],
]);

export interface SplitEnvironment {
  readonly given: Readonly<Record<string, string>>;
  /** Names of what is held back, in order. */
  readonly withheld: readonly string[];
}

/** @param wanted names of variables to give in spite of what they look like */
export function splitEnvironment(environment: Environment, wanted: readonly string[] = []): SplitEnvironment {
  const given: Record<string, string> = {};
  const withheld: string[] = [];
  for (const [name, value] of Object.entries(environment)) {
    if (value === undefined) continue;
    if (wanted.includes(name) || NEEDED.has(name) || isHarmless(name, value)) given[name] = value;
    else withheld.push(name);
  }
  return { given, withheld: withheld.sort() };
}

function isHarmless(name: string, value: string): boolean {
  return !FAMILIES.test(name) && !SECRET_WORDS.test(name) && !SECRET_VALUES.test(value);
}

/**
 * What the rules are shown in the place of variables that are held back: their names. That a client secret stands in
 * the environment is told from the name alone.
 */
export function namesOnly(environment: Environment, names: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    names
      .filter((name) => !/^(PULUMI|CERTLOCK)_/.test(name) && environment[name] !== "")
      .map((name) => [name, "withheld"]),
  );
}

/** The variables whose names match. */
export function picked(environment: Environment, names: RegExp): Record<string, string> {
  return Object.fromEntries(
    Object.entries(environment).flatMap(([name, value]) =>
      value !== undefined && names.test(name) ? [[name, value]] : [],
    ),
  );
}
