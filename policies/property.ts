/**
 * Looks at a property of a resource without ever reading an unknown value.
 *
 * In a preview the policy SDK wraps the properties so that reading an unknown one throws, and then downgrades the
 * rule that did it to advice. Property descriptors pass by that wrapper and show the SDK's own sentinels, so a rule
 * can decide on presence first and on values where there are any.
 */

/** Strings by which `@pulumi/policy` marks a value that is not known yet (its `proxy.ts`; compared by a test). */
export const unknownSentinels: ReadonlySet<unknown> = new Set([
  "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7", // boolean
  "3eeb2bf0-c639-47a8-9e75-3b44932eb421", // number
  "04da6b54-80e4-46f7-96ec-b56ff0331ba9", // string
  "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2", // array
  "030794c1-ac77-496b-92df-f27374a8bd58", // asset
  "e48ece36-62e2-4504-bad9-02848725956a", // archive
  "dd056dcd-154b-4c76-9bd3-c8f88648b5ff", // object
]);

/** What stored state shows in place of a secret it cannot decrypt, whatever the type of the secret. */
const secretPlaceholder = "[secret]";

/**
 * - `absent`: not there, null, or an empty string
 * - `unknown`: there, but its value is decided later in the deployment
 * - `hidden`: there, but shown as the placeholder of an encrypted value
 * - `known`: there, with its value
 */
export type PropertyState = "absent" | "unknown" | "hidden" | "known";

export class Property {
  /** Names from the top of the resource, as in `properties.networkAcls.ipRules[0]`; never a value. */
  readonly path: string;
  readonly state: PropertyState;
  /** The value as it is, an unknown one as its mark; to be looked into with `ownValue` only, and never printed. */
  readonly raw: unknown;

  constructor(raw: unknown, path: string) {
    this.raw = raw;
    this.path = path;
    this.state = stateOf(raw);
  }

  /** Something stands here, whether or not its value can be read. An empty list is nothing. */
  get isPresent(): boolean {
    return this.state !== "absent" && !(Array.isArray(this.raw) && this.raw.length === 0);
  }

  /** Something stands here and its value cannot be read now. */
  get isUndecided(): boolean {
    return this.state === "unknown" || this.state === "hidden";
  }

  /** The string that stands here, or undefined when there is none to read. */
  get text(): string | undefined {
    return this.state === "known" && typeof this.raw === "string" ? this.raw : undefined;
  }

  /** The number that stands here (also one written as text), or undefined when there is none to read. */
  get number(): number | undefined {
    if (this.state !== "known") return undefined;
    const value = typeof this.raw === "string" ? Number(this.raw) : this.raw;
    return typeof value === "number" && Number.isFinite(value) ? value : undefined;
  }

  is(value: boolean | string): boolean {
    return this.state === "known" && this.raw === value;
  }

  /** Same text, in any case: Azure compares its own enumerations that way. */
  isText(value: string): boolean {
    return this.text?.toLowerCase() === value.toLowerCase();
  }

  /** The property below this one. Below an unknown everything is unknown, below nothing there is nothing. */
  at(...names: readonly string[]): Property {
    return names.reduce<Property>((parent, name) => parent.child(name), this);
  }

  /** The elements of a list; a single value counts as a list of one, as bridged providers flatten such blocks. */
  elements(): readonly Property[] {
    if (this.state === "absent") return [];
    if (!Array.isArray(this.raw)) return [this];
    return this.raw.map(
      (_, index) => new Property(ownValue(this.raw, String(index)), `${this.path}[${index}]`),
    );
  }

  /** What stands directly below: the properties of an object, the elements of a list. */
  members(): readonly Property[] {
    if (this.state !== "known" || typeof this.raw !== "object" || this.raw === null) return [];
    return Array.isArray(this.raw) ? this.elements() : Object.keys(this.raw).map((name) => this.child(name));
  }

  private child(name: string): Property {
    const below = (key: string): string => (this.path === "" ? key : `${this.path}.${key}`);
    if (this.isUndecided) return new Property(this.raw, below(name));
    const value = ownValue(this.raw, name);
    if (value !== undefined) return new Property(value, below(name));
    // Resources inside a Terraform module have Terraform's names, and a list of one for each block.
    const only = Array.isArray(this.raw) && this.raw.length === 1 ? this.elements()[0] : undefined;
    if (only !== undefined && !Array.isArray(only.raw)) return only.child(name);
    const terraform = terraformName(name);
    const found = terraform === name ? undefined : ownValue(this.raw, terraform);
    return found === undefined ? new Property(undefined, below(name)) : new Property(found, below(terraform));
  }
}

/** The properties of a resource, as the SDK hands them to a rule. */
export function inspect(props: object): Property {
  return new Property(props, "");
}

const terraformNames = new Map<string, string>();

/** `ipRules` as Terraform writes it: `ip_rules`. */
function terraformName(name: string): string {
  const known = terraformNames.get(name) ?? name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  terraformNames.set(name, known);
  return known;
}

function stateOf(raw: unknown): PropertyState {
  if (raw === undefined || raw === null || raw === "") return "absent";
  if (unknownSentinels.has(raw)) return "unknown";
  return raw === secretPlaceholder ? "hidden" : "known";
}

/** The value of a property: a descriptor neither triggers the SDK's wrapper nor finds anything inherited. */
export function ownValue(owner: unknown, key: string): unknown {
  if (typeof owner !== "object" || owner === null) return undefined;
  return Object.getOwnPropertyDescriptor(owner, key)?.value as unknown;
}
