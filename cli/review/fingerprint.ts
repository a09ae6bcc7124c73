/** Marks that stay the same while wording, line and order change. */
import { createHash } from "node:crypto";

/** Made of rule, URN and field; the number tells findings apart that agree in all three. */
export function fingerprintOf(rule: string, urn: string, field: string | undefined, number: number): string {
  return sha256([rule, urn, field ?? "", String(number)]).slice(0, 32);
}

/** Over a list of texts, none of which can be mistaken for two. */
export function sha256(texts: readonly string[]): string {
  return createHash("sha256").update(JSON.stringify(texts)).digest("hex");
}
