import type { PropertyMap } from "./property-values";
import type { ResourceKind } from "./resource-kind";

/** One emulated provider package: its resource types and functions. */
export interface ProviderPackage {
  readonly name: string;
  /** Takes the configuration of a provider resource, `<package>:config:<key>`; the latest one counts. */
  configure?(variables: ReadonlyMap<string, string>): void;
  /** The emulation of a resource type; a type without one of its own is stored and echoed. */
  kind(type: string): ResourceKind;
  /** @throws Error for a function that is not emulated, or that finds nothing. */
  invoke(token: string, args: PropertyMap): PropertyMap;
}
