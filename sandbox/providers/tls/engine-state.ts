import { text } from "../property-readers";
import type { PropertyMap } from "../property-values";
import type { ResourceState } from "../resource-kind";
import { isDueForRenewal } from "./certificate";

// The tls provider has no tenant: a certificate lives in the engine's state, and reading it means looking there.

/** The state as it is, with `readyForRenewal` set once the time has come; undefined at an import. */
export function readFromState(id: string, state: PropertyMap, now: Date): ResourceState | undefined {
  if (text(state, "certPem") === undefined) return undefined;
  const due = isDueForRenewal(state, state, now);
  return { id, outputs: due ? { ...state, readyForRenewal: true } : state };
}

/** The inputs that may stand in state. */
export function withoutWriteOnly(inputs: PropertyMap): PropertyMap {
  return Object.fromEntries(Object.entries(inputs).filter(([name]) => !name.endsWith("Wo")));
}
