/** Makes the report of a run. Pure: the same input gives the same report, whatever the order of its events. */
import { posix } from "node:path";
import { clean } from "./clean-text";
import { type ChangeSurroundings, credentialChanges } from "./credential-changes";
import { credentialsOf, type Credential } from "./credentials";
import { exemptionRows } from "./exemptions";
import { findingsOf, isOpen, severities } from "./findings";
import { sha256 } from "./fingerprint";
import { factsNow } from "./generations";
import { generationsOf, horizonOf } from "./horizon";
import { Identities } from "./identities";
import { identityDetails, passedEverywhere } from "./identity-details";
import type { ReviewContext, ReviewInput } from "./input";
import { by, byText, inTurn } from "./order";
import { ownFindings } from "./own-findings";
import { previewState, type PreviewState } from "./preview-state";
import { guard, scanned } from "./redaction";
import { type Finding, type NotEvaluated, REPORT_VERSION, type Report } from "./report";
import { plannedResources, type PlannedResource, showsUnchanged } from "./resources";
import { credentialOrder, findingOrder, identityOrder, privilegeRanks, trustOrder } from "./risk-order";
import { rootOf, sourceOf, webAddress } from "./source";
import { trustChanges } from "./trust-changes";
import { nameOf } from "./urn";
import { judge } from "./verdict";

/**
 * The report of a run.
 *
 * @throws RedactionError when something in it has the shape of a secret, or is marked as one in the input
 */
export function buildReport(input: ReviewInput): Report {
  const { context, stack, digest } = input;
  const events = input.events ?? [];
  const now = context.generatedAt;
  const environment = clean(context.environment ?? stack.name);
  const resources = plannedResources(events, digest);
  const identities = new Identities(resources);
  const credentials = credentialsOf(resources, identities);
  const byUrn = new Map(resources.map((resource) => [resource.urn, resource]));
  const said = findingsOf(events, byUrn, identities, context);
  const surroundings: ChangeSurroundings = {
    now,
    environment,
    secretsProvider: context.secretsProvider === undefined ? undefined : clean(context.secretsProvider, 40),
    sourceOf: (resource) => sourceOf(resource, context),
    showsUnchanged: events.length > 0 || showsUnchanged(digest),
    severityOn: severities(said),
  };
  const changes = credentialChanges(credentials, surroundings);
  const trust = trustChanges(resources, identities, surroundings);
  const own = { said, credentials: changes, trust, resources, identities, input };
  const findings = [...said, ...ownFindings({ ...own, sourceOf: surroundings.sourceOf })];
  const generations = generationsOf(credentials, now);
  const details = identityDetails({
    ...{ resources, identities, credentials, generations, findings, events, environment },
    changed: new Set([...changes, ...trust].map(({ identity }) => identity)),
    sourceOf: surroundings.sourceOf,
  });
  const privilege = privilegeRanks(details);
  findings.sort(findingOrder(privilege));
  changes.sort(credentialOrder(privilege));
  trust.sort(trustOrder(privilege));
  const state = previewState(input);
  const exemptions = exemptionRows(input.exemptions ?? [], findings, events, now, input.against).sort(
    inTurn(
      by(({ daysLeft }) => daysLeft ?? -Infinity),
      by(({ id }) => id),
    ),
  );
  const notEvaluated = openQuestions(findings, input, state);
  const judgement = judge({
    ...state,
    ...{ findings, exemptions, credentialChanges: changes, trustChanges: trust },
    incomplete: (input.incomplete ?? []).map((sentence) => clean(sentence, 300)),
    notEvaluated: notEvaluated.length,
  });
  const fingerprints = [...new Set(findings.filter(isOpen).map(({ fingerprint }) => fingerprint))].sort(
    byText,
  );
  const horizon = horizonOf(generations);
  const report: Report = {
    version: REPORT_VERSION,
    key: clean(`${stack.project}/${stack.name}`, 200),
    project: clean(stack.project, 100),
    stack: clean(stack.name, 100),
    projectFile: clean(posix.join(rootOf(context), "Pulumi.yaml"), 200),
    ...(context.headSha !== undefined && { commit: clean(context.headSha, 64) }),
    run: runOf(context),
    generatedAt: now.toISOString(),
    ...judgement,
    sentence: clean(judgement.sentence, 500),
    blockers: [...state.blockers],
    preview: state.preview,
    packs: state.packs,
    glance: {
      identities: details.filter(({ touched }) => touched).length,
      ...countChanges(changes),
      controlsWeakened: trust.filter(({ direction }) => direction === "loosens").length,
      controlsStrengthened: trust.filter(({ direction }) => direction === "tightens").length,
      mandatory: findings.filter((finding) => isOpen(finding) && finding.level === "mandatory").length,
      advisory: findings.filter((finding) => isOpen(finding) && finding.level === "advisory").length,
      exempt: exemptions.filter(({ used }) => used).length,
      exemptExpiringSoon: exemptions.filter(({ used, daysLeft }) => used && (daysLeft ?? 0) <= 30).length,
      notEvaluated: notEvaluated.length,
      ...earliest(horizon),
    },
    findings,
    credentialChanges: changes,
    trustChanges: trust,
    exemptions,
    horizon,
    notEvaluated,
    identities: details.sort(identityOrder(findings)),
    passed: passedEverywhere(events),
    privateKeys: privateKeys(credentials, surroundings.secretsProvider),
    versions: versionsOf(context, state),
    inputsHash: hashOf(resources, findings, input, state),
    fingerprints,
    fingerprintsHash: sha256(fingerprints),
    ...(input.against && { against: difference(findings, input.against) }),
    links: linksOf(context),
  };
  guard(report, [events, digest]);
  scanned("", report);
  return report;
}

function runOf({ runId, runAttempt, runUrl }: ReviewContext): Report["run"] {
  const url = webAddress(runUrl);
  return {
    ...(runId !== undefined && { id: clean(runId, 100) }),
    ...(runAttempt !== undefined && { attempt: clean(runAttempt, 20) }),
    ...(url !== undefined && { url }),
  };
}

function linksOf({ runUrl, artifactUrl, rulesUrl }: ReviewContext): Report["links"] {
  const [run, artifact, rules] = [webAddress(runUrl), webAddress(artifactUrl), webAddress(rulesUrl)];
  return {
    ...(run !== undefined && { run }),
    ...(artifact !== undefined && { artifact }),
    ...(rules !== undefined && { rules }),
  };
}

type ChangeCounts = Pick<
  Report["glance"],
  | "certificatesAdded"
  | "certificatesRemoved"
  | "certificatesRotated"
  | "federatedAdded"
  | "federatedRemoved"
  | "secretsAdded"
  | "secretsRemoved"
>;

function countChanges(changes: Report["credentialChanges"]): ChangeCounts {
  const count = (kind: string, ...words: readonly string[]): number =>
    changes.filter((change) => change.kind === kind && words.includes(change.change)).length;
  return {
    certificatesAdded: count("certificate", "add"),
    certificatesRemoved: count("certificate", "remove"),
    certificatesRotated: count("certificate", "rotate: publish", "replace ⚠ gap"),
    federatedAdded: count("federated", "add"),
    federatedRemoved: count("federated", "remove"),
    secretsAdded: count("secret", "add"),
    secretsRemoved: count("secret", "remove"),
  };
}

function earliest(horizon: Report["horizon"]): { earliestExpiryDays?: number } {
  const days = horizon.next[0]?.daysLeft;
  return days === undefined ? {} : { earliestExpiryDays: days };
}

function openQuestions(
  findings: readonly Finding[],
  input: ReviewInput,
  state: PreviewState,
): NotEvaluated[] {
  const asked = findings
    .filter(({ kind }) => kind === "undecided")
    .map(({ resource, urn, field, rule, message }): NotEvaluated => ({
      resource,
      urn,
      ...(field !== undefined && { property: field }),
      why: `${rule}: ${message.includes("encrypted") ? "encrypted, cannot be read here" : "unknown until the update"}`,
      enforced: "at update time",
    }));
  const told = (input.notEvaluated ?? []).map(({ resource, urn, property, why, enforced }) => ({
    resource: clean(resource),
    ...(urn !== undefined && { urn: clean(urn, 400) }),
    ...(property !== undefined && { property: clean(property, 120) }),
    why: clean(why, 300),
    enforced: clean(enforced, 120),
  }));
  const everything: NotEvaluated[] = state.packRan
    ? []
    : [{ resource: "every resource", why: "the policy pack did not run", enforced: "once the pack runs" }];
  const order = inTurn<NotEvaluated>(
    by(({ resource }) => resource),
    by(({ urn }) => urn ?? ""),
    by(({ property }) => property ?? ""),
    by(({ why }) => why),
  );
  return [...everything, ...[...asked, ...told].sort(order)];
}

function privateKeys(
  credentials: readonly Credential[],
  secretsProvider: string | undefined,
): Report["privateKeys"] {
  const places = credentials
    .filter(({ kind, fate }) => kind === "certificate" && fate !== "removed")
    .map((credential) => factsNow(credential).keyPlace);
  const count = (place: string): number => places.filter((found) => found === place).length;
  return {
    inState: count("state"),
    inVault: count("vault"),
    external: count("external"),
    ...(secretsProvider !== undefined && { secretsProvider }),
  };
}

function versionsOf({ versions }: ReviewContext, { packs }: PreviewState): Report["versions"] {
  const given = Object.entries(versions ?? {}).map(([name, version]) => ({
    name: clean(name, 60),
    version: clean(version, 60),
  }));
  const ran = packs.map(({ name, version }) => ({ name, version: version ?? "unknown" }));
  return [...given, ...ran].sort(by(({ name }) => name));
}

/** Over what was decided about, not over the inputs: those hold times, and values nobody should be able to guess. */
function hashOf(
  resources: readonly PlannedResource[],
  findings: readonly Finding[],
  input: ReviewInput,
  { preview, packs }: PreviewState,
): string {
  return sha256([
    ...resources.flatMap(({ urn, operation }) => [urn, operation]),
    ...findings.flatMap(({ fingerprint, level, message }) => [fingerprint, level, message]),
    ...(input.exemptions ?? []).map(({ id, expires = "" }) => `${id} ${expires}`).sort(byText),
    JSON.stringify([preview, packs]),
  ]);
}

function difference(findings: readonly Finding[], against: Report): NonNullable<Report["against"]> {
  const row = ({ fingerprint, rule, resource, message }: Finding) => ({
    fingerprint,
    rule,
    resource: nameOf(resource),
    message,
  });
  const missingIn = (others: readonly Finding[]) => {
    const known = new Set(others.filter(isOpen).map(({ fingerprint }) => fingerprint));
    return (finding: Finding): boolean => isOpen(finding) && !known.has(finding.fingerprint);
  };
  return {
    ...(against.commit !== undefined && { commit: against.commit }),
    generatedAt: against.generatedAt,
    verdict: against.verdict,
    appeared: findings.filter(missingIn(against.findings)).map(row),
    resolved: against.findings.filter(missingIn(findings)).map(row),
  };
}
