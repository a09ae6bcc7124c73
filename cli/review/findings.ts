/** What rules have said, joined with what is known of the rules. */
import { clean, SENTENCE_CHARACTERS } from "./clean-text";
import { fingerprintOf } from "./fingerprint";
import type { Identities } from "./identities";
import type { EngineEvent, ReviewContext } from "./input";
import { by, inTurn } from "./order";
import type { Finding, Severity } from "./report";
import type { PlannedResource } from "./resources";
import { ruleFacts } from "./rule-book";
import { atLeast, isSeverity, worst } from "./severity";
import { sourceOf } from "./source";
import { nameOf, partsOf } from "./urn";

type PolicyEvent = NonNullable<EngineEvent["policyEvent"]>;
export type Unmarked = Omit<Finding, "fingerprint">;

/** What the pack says of a property it cannot read yet. */
const UNDECIDED =
  /cannot be decided yet: "([^"]{1,200})" (is not known yet|is encrypted and cannot be read here)/;
/** What the SDK says when a rule of another pack reads one. */
const NOT_RUN = /^can't run policy .* during preview: .*?(?: at \.?([\w.[\]]{1,200}))? can't be known/s;
/** At the end of the sentence, where the pack puts it; a name within the sentence cannot stand there. */
const EXEMPTED = / Exempted by "([^"]{1,80})" \(.{0,400}\), -?\d{1,4} days? left\.$/s;

export function findingsOf(
  events: readonly EngineEvent[],
  resources: ReadonlyMap<string, PlannedResource>,
  identities: Identities,
  context: ReviewContext,
): Finding[] {
  const spoken = new Map<string, PolicyEvent>();
  for (const { policyEvent } of events) {
    if (policyEvent === undefined || policyEvent.enforcementLevel === "disabled") continue;
    const { policyName, resourceUrn, message, enforcementLevel } = policyEvent;
    // A rule may say the same thing twice, and a stream may be given twice.
    spoken.set(JSON.stringify([policyName, resourceUrn, message, enforcementLevel]), policyEvent);
  }
  const unmarked = [...spoken.values()].map((event) => findingOf(event, resources, identities, context));
  return marked(unmarked);
}

function findingOf(
  event: PolicyEvent,
  resources: ReadonlyMap<string, PlannedResource>,
  identities: Identities,
  context: ReviewContext,
): Unmarked {
  const urn = event.resourceUrn ?? "";
  const { name, type } = partsOf(urn);
  const resource = resources.get(urn);
  const facts = ruleFacts(event.policyName, context);
  const identity = resource && identities.of(resource)?.name;
  const source = resource && sourceOf(resource, context);
  const level = event.enforcementLevel === "advisory" ? "advisory" : "mandatory";
  const message = event.message.trim();
  const undecided = UNDECIDED.exec(message) ?? NOT_RUN.exec(message);
  const exemption = level === "advisory" ? EXEMPTED.exec(message)?.[1] : undefined;
  const field = undecided?.[1] ?? fieldIn(message, name);
  return {
    kind: undecided === null ? "violation" : "undecided",
    level,
    severity: isSeverity(event.severity) ? event.severity : (facts?.severity ?? "medium"),
    rule: clean(event.policyName),
    title: facts?.title ?? clean(event.policyName),
    urn: clean(urn, 400),
    resource: nameOf(urn),
    type: clean(type, 120),
    message: clean(withShortName(message, name), SENTENCE_CHARACTERS),
    fix: [...(facts?.fix ?? [])],
    ...(identity !== undefined && { identity }),
    ...(facts?.url !== undefined && { url: facts.url }),
    ...(field !== undefined && { field: clean(field, 120) }),
    ...(source && { source }),
    ...(exemption !== undefined && { exemption: clean(exemption) }),
  };
}

/** The first property a sentence names after the resource. */
function fieldIn(message: string, name: string): string | undefined {
  const title = message.indexOf(`"${name}"`);
  const rest = title < 0 ? message : message.slice(title + name.length + 2);
  return /"([A-Za-z_][\w-]*(?:\[\d+\])?(?:\.[A-Za-z_][\w-]*(?:\[\d+\])?)*)"/.exec(rest.slice(0, 2000))?.[1];
}

/** A name of 64 KB would be all there is of the sentence. */
function withShortName(message: string, name: string): string {
  return name.length > 60 ? message.replaceAll(name, clean(name)) : message;
}

/** With fingerprints: those that agree in rule, URN and field are told apart by their place in the order of wording. */
export function marked(findings: readonly Unmarked[]): Finding[] {
  const numbers = new Map<string, number>();
  return [...findings]
    .sort(
      inTurn(
        by(({ rule }) => rule),
        by(({ urn }) => urn),
        by(({ field }) => field ?? ""),
        by(({ message }) => message),
      ),
    )
    .map((finding) => {
      const key = JSON.stringify([finding.rule, finding.urn, finding.field]);
      const number = numbers.get(key) ?? 0;
      numbers.set(key, number + 1);
      return { ...finding, fingerprint: fingerprintOf(finding.rule, finding.urn, finding.field, number) };
    });
}

/** The worst a rule says about each resource, of what is not exempted. */
export function severities(findings: readonly Finding[]): (urn: string) => Severity | undefined {
  const found = new Map<string, Severity>();
  for (const { kind, urn, severity, exemption } of findings) {
    if (kind !== "violation" || exemption !== undefined) continue;
    found.set(urn, worst(severity, found.get(urn)));
  }
  return (urn) => found.get(clean(urn, 400));
}

/** A violation nothing excuses. */
export function isOpen(finding: Finding): boolean {
  return finding.kind === "violation" && finding.exemption === undefined;
}

/** What has to be mended before anything else. */
export function mustFix(finding: Finding): boolean {
  return isOpen(finding) && (finding.level === "mandatory" || atLeast(finding.severity, "high"));
}
