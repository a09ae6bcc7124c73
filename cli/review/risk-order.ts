/** The order of a report: by risk, then by how far it reaches, down to the URN, so that it never depends on arrival. */
import { by, type Compare, environmentRank, inTurn, severityRank } from "./order";
import type { CredentialChange, Finding, Identity, TrustChange } from "./report";

/** Smaller for who may do more; who is not known may do anything. */
export type PrivilegeRank = (identity: string | undefined) => number;

export function privilegeRanks(identities: readonly Identity[]): PrivilegeRank {
  const standard = new Set(
    identities.filter(({ privilege }) => privilege === "standard").map(({ name }) => name),
  );
  return (identity) => (identity !== undefined && standard.has(identity) ? 1 : 0);
}

export function findingOrder(privilege: PrivilegeRank): Compare<Finding> {
  return inTurn(
    by(({ severity }) => severityRank(severity)),
    by(({ level }) => (level === "mandatory" ? 0 : 1)),
    by(({ identity }) => privilege(identity)),
    by(({ identity, resource }) => identity ?? resource),
    by(({ urn }) => urn),
    by(({ rule }) => rule),
    by(({ field }) => field ?? ""),
    by(({ message }) => message),
  );
}

export function credentialOrder(privilege: PrivilegeRank): Compare<CredentialChange> {
  return inTurn(
    by(({ severity }) => severityRank(severity)),
    by(({ identity }) => privilege(identity)),
    by(({ environment }) => environmentRank(environment)),
    by(kindRank),
    by(({ identity }) => identity),
    by(({ urn }) => urn),
  );
}

/** secret-add > replace-with-gap > (control-loosened) > add > retire > rotate > remove */
function kindRank({ kind, change }: CredentialChange): number {
  if (kind === "secret" && change === "add") return 0;
  return (
    ["replace ⚠ gap", "add", "rotate: retire old", "rotate: publish", "change", "remove"].indexOf(change) + 1
  );
}

const DIRECTIONS = ["loosens", "changes", "tightens"];

export function trustOrder(privilege: PrivilegeRank): Compare<TrustChange> {
  return inTurn(
    by(({ severity }) => severityRank(severity)),
    by(({ direction }) => DIRECTIONS.indexOf(direction)),
    by(({ identity }) => privilege(identity)),
    by(({ object }) => object),
    by(({ urn }) => urn),
    by(({ field }) => field),
    by(({ before }) => before ?? ""),
    by(({ after }) => after ?? ""),
  );
}

/** Identities with the most at stake first: this is also the order in which blocks are kept. */
export function identityOrder(findings: readonly Finding[]): Compare<Identity> {
  const worst = new Map<string, number>();
  for (const { identity, severity, kind, exemption } of findings) {
    if (identity === undefined || kind !== "violation" || exemption !== undefined) continue;
    worst.set(identity, Math.min(severityRank(severity), worst.get(identity) ?? Infinity));
  }
  return inTurn(
    by(({ name }) => worst.get(name) ?? 9),
    by(({ touched }) => (touched ? 0 : 1)),
    by(({ privilege }) => (privilege === "standard" ? 1 : 0)),
    by(({ name }) => name),
    by(({ urn }) => urn),
  );
}
