import { createHash, randomBytes } from "node:crypto";
import { text } from "../property-readers";
import type { PropertyMap } from "../property-values";
import type { NamingRequest } from "../resource-kind";

/** How a name is made: the resource's name with eight random digits, as it is, or a GUID. */
export type NameStyle = "random" | "copy" | "uuid";

/** Names a resource the program left unnamed. A name once made is kept; the stack's autonaming rules come first. */
export function withName(
  inputs: PropertyMap,
  property: string,
  style: NameStyle,
  { name, previous, seed, autonaming }: NamingRequest,
): PropertyMap {
  if (inputs[property] !== undefined) return inputs;
  const kept = previous && text(previous, property);
  if (kept !== undefined) return { ...inputs, [property]: kept };
  if (autonaming?.mode === "disable") return inputs;
  if (autonaming?.mode === "enforce") return { ...inputs, [property]: autonaming.name };
  if (autonaming && style === "random") return { ...inputs, [property]: autonaming.name };
  return { ...inputs, [property]: makeName(name, style, seed) };
}

function makeName(name: string, style: NameStyle, seed: Uint8Array): string {
  if (style === "copy") return name;
  const digest = createHash("sha256")
    .update(seed.length > 0 ? seed : randomBytes(16))
    .update(name)
    .digest("hex");
  if (style === "random") return name + digest.slice(0, 8);
  return [
    digest.slice(0, 8),
    digest.slice(8, 12),
    `4${digest.slice(13, 16)}`,
    `8${digest.slice(17, 20)}`,
    digest.slice(20, 32),
  ].join("-");
}
