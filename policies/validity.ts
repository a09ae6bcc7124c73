/** From when to when a registered certificate signs in: the credential's own dates, within those of the certificate. */
import { readCertificate } from "./certificate";
import { declaredLifetime, isDateOfCertificate, issuedFor } from "./issued";
import { duration } from "./lifetime";
import { Property } from "./property";
import { StackResource } from "./stack";

export type Validity =
  | { readonly kind: "known"; readonly from: number | undefined; readonly until: number }
  | { readonly kind: "undecided"; readonly property: Property }
  /** No end is stated that could be read. */
  | { readonly kind: "open" };

interface Period {
  readonly from: number;
  readonly until: number;
}

/**
 * What is issued in this update is valid from now for as long as it declares.
 *
 * @param now in milliseconds
 * @returns without a start where none is stated
 */
export function validityOf(credential: StackResource, now: number): Validity {
  const { properties } = credential;
  const [start, end, relative] = [
    properties.at("startDate"),
    properties.at("endDate"),
    properties.at("endDateRelative"),
  ];
  const reading = readCertificate(properties);
  const certificate =
    reading.kind === "certificate"
      ? periodOf(reading.certificate.validFrom, reading.certificate.validTo)
      : toBeIssued(credential, now);
  const undecided = [start, end, relative].find(
    (property) =>
      property.isUndecided && !(certificate !== undefined && isDateOfCertificate(credential, property.path)),
  );
  if (undecided) return { kind: "undecided", property: undecided };

  const from = instant(start) ?? certificate?.from;
  const candidates = [
    instant(end),
    certificate?.until,
    end.isPresent || relative.text === undefined ? undefined : after(from ?? now, duration(relative.text)),
  ].filter((moment) => moment !== undefined);
  if (candidates.length > 0) return { kind: "known", from, until: Math.min(...candidates) };
  return reading.kind === "undecided" ? { kind: "undecided", property: reading.property } : { kind: "open" };
}

function toBeIssued(credential: StackResource, now: number): Period | undefined {
  const certificate = issuedFor(credential);
  const lifetime = certificate && declaredLifetime(certificate);
  return lifetime === undefined ? undefined : { from: now, until: now + lifetime };
}

function periodOf(validFrom: string, validTo: string): Period {
  return { from: Date.parse(validFrom), until: Date.parse(validTo) };
}

function instant(property: Property): number | undefined {
  const milliseconds = Date.parse(property.text ?? "");
  return Number.isNaN(milliseconds) ? undefined : milliseconds;
}

function after(from: number, milliseconds: number | undefined): number | undefined {
  return milliseconds === undefined ? undefined : from + milliseconds;
}
