/** Where a client secret is kept for somebody to use: what a flow is followed to. */
import { Path } from "./flow";
import { Property } from "./property";
import { azureNative, ResourceType, type } from "./resource-types";
import { StackResource } from "./stack";

/** Each entry is a place from which people, pods, jobs or applications read secrets. */
const secretSinks: readonly ResourceType[] = [
  azureNative("vault secret", "keyvault", "Secret"),
  type(
    "vault secret",
    /^azure:keyvault\/[^:]+:Secret$/,
    /^vault:.*[sS]ecret/, // HashiCorp Vault
    /^aws:(?:secretsmanager\/[^:]+:SecretVersion|ssm\/[^:]+:Parameter)$/,
    /^gcp:secretmanager\/[^:]+:SecretVersion$/,
  ),
  // The application's own configuration, readable for everyone who may read the application.
  azureNative("app setting", "web", "\\w*(?:WebApp|StaticSite|ConnectionStrings|AppSettings)\\w*"),
  azureNative("app setting", "app", "(?:ContainerApp|Job|DaprComponent)"),
  azureNative("app setting", "appconfiguration", "KeyValue"),
  type("app setting", /^azure:(?:appservice|containerapp|appconfiguration)\/[^:]+:/),
  type(
    "Kubernetes object",
    /^kubernetes:core\/v1:(?:Secret|ConfigMap)$/,
    /^kubernetes:helm\.sh\/[^:]+:/,
    /^kubernetes:yaml(?:\/[^:]+)?:/,
  ),
  type(
    "pipeline variable",
    /^azuredevops:[^:]+:(?:VariableGroup\w*|BuildDefinition|Service[eE]ndpoint\w*)$/,
    /^github:[^:]+:\w*(?:Secret|Variable)\w*$/,
    /^gitlab:[^:]+:\w*Variable$/,
    /^(?:tfe|terraform-cloud):[^:]+:Variable$/,
    /^pulumiservice:[^:]+:(?:DeploymentSettings|Environment)$/,
  ),
  azureNative("automation asset", "automation", "(?:Variable|Credential|Connection|Webhook)"),
  type("automation asset", /^azure:automation\/[^:]+:(?:\w*Variable|Credential|Connection\w*)$/),
];

/** What the program hands out: everyone with access to the stack, and every stack that refers to it, reads it. */
export const stackOutputs: ResourceType = type("stack output", /^pulumi:pulumi:Stack$/);

/** Shorter texts, such as an empty or masked value, would be found everywhere. */
const shortestSecret = 16;

/** Client secrets among the outputs of a resource that creates them, where they are known. */
export function secretsOf({ properties }: StackResource): readonly string[] {
  const blocks: readonly Property[] = properties.at("password").elements();
  const values = [
    properties.at("value"),
    properties.at("secretText"),
    ...blocks.map((block) => block.at("value")),
  ];
  return values.map(({ text = "" }) => text).filter((text) => text.length >= shortestSecret);
}

/** What kind of place a path ends in, if it is one that keeps secrets for somebody. */
export function sinkOf(path: Path): string | undefined {
  const type = path.at(-1)?.resource.type ?? "";
  return [...secretSinks, stackOutputs].find((sink) => sink.matches(type))?.label;
}

export function describe(path: Path): string {
  const steps = path.map(
    ({ resource, property }) => `"${property}" of "${resource.name}" (${resource.type})`,
  );
  return `${sinkOf(path) ?? "another resource"}: ${steps.join(", then ")}`;
}
