/** Translation between plain objects and the messages of Pulumi's analyzer protocol. */
import {
  AnalyzeDiagnostic,
  AnalyzerPropertyDependencies,
  AnalyzeRequest,
  AnalyzeResponse,
  AnalyzerInfo,
  AnalyzerProviderResource,
  AnalyzerResource,
  AnalyzerResourceOptions,
  AnalyzeStackRequest,
  ConfigureAnalyzerRequest,
  EnforcementLevel,
  PolicyConfig,
  RemediateResponse,
} from "@pulumi/pulumi/proto/analyzer_pb";
import { JavaScriptValue, Struct } from "google-protobuf/google/protobuf/struct_pb";

/** How a value that is decided later is sent to a pack; each kind of value has its own mark. */
export const unknown = {
  boolean: "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",
  number: "3eeb2bf0-c639-47a8-9e75-3b44932eb421",
  string: "04da6b54-80e4-46f7-96ec-b56ff0331ba9",
  array: "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",
  asset: "030794c1-ac77-496b-92df-f27374a8bd58",
  archive: "e48ece36-62e2-4504-bad9-02848725956a",
  object: "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",
} as const;

export type Properties = Readonly<Record<string, unknown>>;

export interface ResourceInput {
  readonly type: string;
  readonly name: string;
  readonly props: Properties;
  /** Defaults to one made from type and name. */
  readonly urn?: string;
  readonly provider?: { readonly type: string; readonly name: string; readonly props: Properties };
  /** Has no provider; every other resource gets one when a whole stack is sent. */
  readonly isComponent?: true;
  /** URNs, sent only with a whole stack. */
  readonly parent?: string;
  readonly dependencies?: readonly string[];
  /** Top-level property and the URNs it takes its value from. */
  readonly propertyDependencies?: Readonly<Record<string, readonly string[]>>;
}

export type Level = "advisory" | "mandatory" | "disabled" | "remediate";

/** Configuration of one rule, as in a file given to `--policy-pack-config`. */
export interface RuleConfiguration {
  readonly enforcementLevel?: Level;
  readonly [setting: string]: unknown;
}

export interface Finding {
  readonly rule: string;
  readonly level: Level;
  readonly message: string;
}

/** One answer of a pack. A rule that neither found anything nor called itself not applicable has passed. */
export interface Analysis {
  readonly findings: readonly Finding[];
  readonly notApplicable: readonly string[];
  readonly passed: readonly string[];
  /** Everything the pack said, for searching it. */
  readonly raw: unknown;
}

export interface PackInformation {
  readonly name: string;
  readonly version: string;
  readonly rules: readonly string[];
  readonly raw: AnalyzerInfo.AsObject;
}

export function urnOf({ type, name, urn }: ResourceInput): string {
  return urn ?? `urn:pulumi:dev::certlock-tenant::${type}::${name}`;
}

export function analyzeRequest(resource: ResourceInput): AnalyzeRequest {
  const request = new AnalyzeRequest()
    .setType(resource.type)
    .setUrn(urnOf(resource))
    .setName(resource.name)
    .setProperties(structOf(resource.props))
    .setOptions(new AnalyzerResourceOptions());
  if (resource.provider) request.setProvider(providerOf(resource.provider));
  return request;
}

export function analyzeStackRequest(resources: readonly ResourceInput[]): AnalyzeStackRequest {
  return new AnalyzeStackRequest().setResourcesList(resources.map(analyzerResource));
}

function analyzerResource(resource: ResourceInput): AnalyzerResource {
  const sent = new AnalyzerResource()
    .setType(resource.type)
    .setUrn(urnOf(resource))
    .setName(resource.name)
    .setProperties(structOf(resource.props))
    .setOptions(new AnalyzerResourceOptions())
    .setParent(resource.parent ?? "")
    .setDependenciesList([...(resource.dependencies ?? [])]);
  if (resource.isComponent !== true && !resource.type.startsWith("pulumi:")) {
    const type = `pulumi:providers:${resource.type.split(":")[0] ?? ""}`;
    sent.setProvider(providerOf(resource.provider ?? { type, name: "default", props: {} }));
  }
  for (const [property, urns] of Object.entries(resource.propertyDependencies ?? {})) {
    const dependencies = new AnalyzerPropertyDependencies().setUrnsList([...urns]);
    sent.getPropertydependenciesMap().set(property, dependencies);
  }
  return sent;
}

/**
 * The engine resolves levels before it configures a pack: every rule gets one, by default the rule's own. What is
 * configured for names that are no rules it passes on as well.
 */
export function configureRequest(
  info: PackInformation,
  configuration: Readonly<Record<string, RuleConfiguration>>,
): ConfigureAnalyzerRequest {
  const request = new ConfigureAnalyzerRequest();
  const own = new Map(info.raw.policiesList.map(({ name, enforcementlevel }) => [name, enforcementlevel]));
  for (const name of new Set([...own.keys(), ...Object.keys(configuration)])) {
    const { enforcementLevel, ...properties } = configuration[name] ?? {};
    const level = enforcementLevel === undefined ? own.get(name) : levelNumbers[enforcementLevel];
    const config = new PolicyConfig()
      .setEnforcementlevel(level ?? EnforcementLevel.MANDATORY)
      .setProperties(structOf(properties));
    request.getPolicyconfigMap().set(name, config);
  }
  return request;
}

export function informationOf(info: AnalyzerInfo): PackInformation {
  const raw = info.toObject();
  return { name: raw.name, version: raw.version, rules: raw.policiesList.map(({ name }) => name), raw };
}

export function analysisOf(response: AnalyzeResponse, info: PackInformation): Analysis {
  const findings = response.getDiagnosticsList().map((diagnostic) => findingOf(diagnostic));
  const notApplicable = response.getNotApplicableList().map((entry) => entry.getPolicyName());
  const reported = new Set([...findings.map(({ rule }) => rule), ...notApplicable]);
  const passed = info.rules.filter((rule) => !reported.has(rule));
  return { findings, notApplicable, passed, raw: response.toObject() };
}

/** The properties after the last remediation: each one starts from what the one before has made. */
export function remediationOf(response: RemediateResponse): Properties | undefined {
  return response.getRemediationsList().at(-1)?.getProperties()?.toJavaScript();
}

function findingOf(diagnostic: AnalyzeDiagnostic): Finding {
  const level = diagnostic.getEnforcementlevel();
  const name = Object.entries(levelNumbers).find(([, value]) => value === level)?.[0];
  return {
    rule: diagnostic.getPolicyname(),
    level: (name ?? "disabled") as Level,
    message: diagnostic.getMessage(),
  };
}

function providerOf({ type, name, props }: NonNullable<ResourceInput["provider"]>): AnalyzerProviderResource {
  return new AnalyzerProviderResource()
    .setType(type)
    .setName(name)
    .setUrn(urnOf({ type, name, props }))
    .setProperties(structOf(props));
}

function structOf(properties: Properties): Struct {
  return Struct.fromJavaScript(properties as Record<string, JavaScriptValue>);
}

const levelNumbers = {
  advisory: EnforcementLevel.ADVISORY,
  mandatory: EnforcementLevel.MANDATORY,
  disabled: EnforcementLevel.DISABLED,
  remediate: EnforcementLevel.REMEDIATE,
} as const;
