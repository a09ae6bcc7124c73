/** When credentials end: how many in which band, and the next of them. */
import type { Credential } from "./credentials";
import { byIdentity, daysUntil, factsNow, inSuccession, overlapWithPrevious } from "./generations";
import { by, inTurn } from "./order";
import type { Generation, Report } from "./report";
import { partsOf } from "./urn";

/** How many of those that end next are told. */
const NEXT = 10;

/** Everything with an end, of every identity, those that are removed included. */
export function generationsOf(credentials: readonly Credential[], now: Date): Generation[] {
  return [...byIdentity(credentials).values()].flatMap((group) => {
    const certificates = inSuccession(
      group.filter(({ kind }) => kind === "certificate"),
      now,
    );
    const rest = group.filter(({ kind }) => kind === "secret");
    return [...certificates, ...rest].map((credential) => generationRow(credential, certificates, now));
  });
}

function generationRow(credential: Credential, succession: readonly Credential[], now: Date): Generation {
  const { identity, resource, generation, kind, fate } = credential;
  const facts = fate === "removed" ? (credential.before ?? {}) : factsNow(credential);
  const place = succession.indexOf(credential);
  const later = place >= 0 && succession.slice(place + 1).some((next) => next.fate !== "removed");
  const overlapDays = place > 0 ? overlapWithPrevious(credential, succession, now) : undefined;
  return {
    identity: identity.name,
    urn: resource.urn,
    name: partsOf(resource.urn).name,
    ...(generation !== undefined && { generation }),
    kind,
    ...(facts.thumbprint !== undefined && { thumbprint: facts.thumbprint }),
    ...(facts.key !== undefined && { key: facts.key }),
    ...(facts.validFrom && { validFrom: facts.validFrom.toISOString() }),
    ...(facts.validUntil && {
      validUntil: facts.validUntil.toISOString(),
      daysLeft: daysUntil(facts.validUntil, now),
    }),
    ...(facts.lifetimeDays !== undefined && { lifetimeDays: facts.lifetimeDays }),
    ...(overlapDays !== undefined && { overlapDays }),
    rotationPlanned: later || (generation !== undefined && isRotated(credential)),
    state: fate === "removed" ? "removed" : fate === "added" || fate === "replaced" ? "added" : "kept",
  };
}

/** Components declare the next generation by themselves when its day comes. */
function isRotated({ resource }: Credential): boolean {
  return resource.parent !== undefined && partsOf(resource.parent).type.startsWith("certlock:");
}

export function horizonOf(generations: readonly Generation[]): Report["horizon"] {
  const left = generations.filter(({ state }) => state !== "removed");
  const within = (from: number, to: number): number =>
    left.filter(({ daysLeft }) => daysLeft !== undefined && daysLeft >= from && daysLeft <= to).length;
  const dated = left.filter((generation) => generation.daysLeft !== undefined);
  const next = [...dated].sort(
    inTurn(
      by(({ validUntil }) => validUntil ?? ""),
      by(({ urn }) => urn),
    ),
  );
  return {
    expired: within(-Infinity, -1),
    within30: within(0, 30),
    within90: within(31, 90),
    within180: within(91, 180),
    later: within(181, Infinity),
    undated: left.length - dated.length,
    next: next.slice(0, NEXT),
  };
}
