/** Client secrets that a run has before it makes anything: in the stack configuration, in the environment. */
import { isEntraSecret, secretInputsOf, secretVariables } from "./entra-providers";
import { inspect } from "./property";
import { parsed } from "./secret-places";
import { findSecrets } from "./secret-surface";
import { standing } from "./secret-values";

type Environment = Readonly<Record<string, string | undefined>>;

/** Variable in which Pulumi's Node host hands the decrypted stack configuration to a pack. */
const configurationVariable = "PULUMI_CONFIG";

// Every provider asks, and the environment of a process does not change.
const known = new WeakMap<Environment, readonly string[]>();

/**
 * Keys of the stack configuration that take a client secret into a provider, as `azuread:clientSecret`, or have one
 * in their value, by names within it or by its format.
 *
 * @throws SyntaxError when the configuration cannot be read; its text may quote values
 */
export function secretConfigurationKeys(environment: Environment): readonly string[] {
  const answer = known.get(environment) ?? keysWithSecrets(environment);
  known.set(environment, answer);
  return answer;
}

function keysWithSecrets(environment: Environment): readonly string[] {
  const configuration: unknown = JSON.parse(environment[configurationVariable] ?? "{}");
  if (typeof configuration !== "object" || configuration === null) return [];
  const namespaces = new Map<string, Map<string, unknown>>();
  for (const [name, value] of Object.entries(configuration)) {
    const [, namespace = "", key] = /^([^:]+):(?:config:)?([^:]+)$/.exec(name) ?? [];
    if (key === undefined || value === "" || value === null) continue;
    namespaces.set(namespace, (namespaces.get(namespace) ?? new Map<string, unknown>()).set(key, value));
  }
  return [...namespaces]
    .flatMap(([namespace, values]) => {
      const names = [...values.keys()];
      const listed = names.filter((key) => secretInputsOf(namespace).includes(key) || isEntraSecret(key));
      const found = namesOfHolders(`${namespace}:config:Values`, Object.fromEntries(values));
      return [...new Set([...listed, ...found])].map((key) => `${namespace}:${key}`);
    })
    .sort();
}

/**
 * Names of the variables from which a provider, or a tool that it runs, would take a client secret, and of those that
 * have one in their value. A name that only others' client secrets have says nothing here: anybody's settings are in
 * an environment, so that what stands beside it says nothing either.
 */
export function secretVariablesIn(environment: Environment): readonly string[] {
  const others = Object.keys(environment)
    .filter((name) => !secretVariables.includes(name) && name !== configurationVariable)
    .filter((name) => holdsSecret(name, environment[name] ?? ""));
  const listed = secretVariables.filter((name) => standing(environment[name]) === "value");
  return [...new Set([...listed, ...others, ...terraformSecrets(environment)])].sort();
}

function holdsSecret(name: string, value: string): boolean {
  const content = parsed(value);
  // `AZURE_CREDENTIALS` may as well have only the ids in it that federation needs.
  const isStructured = typeof content === "object" && content !== null;
  // Below its name what stands in it is judged, and not the name itself.
  const judged = isStructured ? { [name.replace(/_?cred\w{0,20}$/i, "")]: content } : { [name]: value };
  return namesOfHolders("env:index:Variable", judged).length > 0;
}

/** Variables of a Terraform module, which stand beside each other; or beside what Terraform's own providers read. */
function terraformSecrets(environment: Environment): readonly string[] {
  const prefix = /^TF_VAR_/;
  const names = Object.keys(environment).filter((name) => prefix.test(name) && environment[name]);
  const variables = names.map((name) => [name.replace(prefix, ""), environment[name]]);
  const beside = environment["ARM_TENANT_ID"] ? [["arm_tenant_id", environment["ARM_TENANT_ID"]]] : [];
  const found = namesOfHolders("env:index:Variable", Object.fromEntries([...variables, ...beside]) as object);
  return found.map((name) => `TF_VAR_${name}`);
}

/** Which of the values, by name, hold a client secret: the same look as at a resource. */
function namesOfHolders(type: string, values: object): readonly string[] {
  const subject = { type, name: "", properties: inspect(values), is: () => false };
  const paths = findSecrets(subject, "input", "settings", "template", "text", "script", "size").map(
    ({ path }) => path,
  );
  return Object.keys(values).filter((name) =>
    paths.some((path) => path === name || path.startsWith(`${name}.`) || path.startsWith(`${name}[`)),
  );
}
