/** From when to when a registered certificate signs in: the credential's own dates, within those of the certificate. */
import { readCertificate } from "./certificate";
import { duration } from "./lifetime";
import { Property } from "./property";

export type Validity =
  | { readonly kind: "known"; readonly from: number; readonly until: number }
  | { readonly kind: "undecided"; readonly property: Property }
  /** No end is stated that could be read. */
  | { readonly kind: "open" };

/** @param now start of a credential that states none, in milliseconds */
export function validityOf(credential: Property, now: number): Validity {
  const [start, end, relative] = ["startDate", "endDate", "endDateRelative"].map((name) =>
    credential.at(name),
  );
  const reading = readCertificate(credential);
  const certificate = reading.kind === "certificate" ? reading.certificate : undefined;
  const from = instant(start) ?? instantOf(certificate?.validFrom) ?? now;
  const candidates = [
    instant(end),
    instantOf(certificate?.validTo),
    end?.isPresent || !relative?.text ? undefined : after(from, duration(relative.text)),
  ].filter((moment) => moment !== undefined);

  const undecided = [start, end, relative].find((property) => property?.isUndecided);
  if (undecided) return { kind: "undecided", property: undecided };
  if (candidates.length > 0) return { kind: "known", from, until: Math.min(...candidates) };
  return reading.kind === "undecided" ? { kind: "undecided", property: reading.property } : { kind: "open" };
}

function instant(property: Property | undefined): number | undefined {
  return instantOf(property?.text);
}

function instantOf(text: string | undefined): number | undefined {
  const milliseconds = Date.parse(text ?? "");
  return Number.isNaN(milliseconds) ? undefined : milliseconds;
}

function after(from: number, milliseconds: number | undefined): number | undefined {
  return milliseconds === undefined ? undefined : from + milliseconds;
}
