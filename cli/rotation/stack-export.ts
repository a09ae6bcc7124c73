/**
 * The state of a stack as `pulumi stack export` prints it: what exists, with its real dates. Secrets in it are encrypted;
 * they are neither decrypted nor read, and an export with `--show-secrets` is read the same way.
 *
 * @see https://github.com/pulumi/pulumi/blob/master/sdk/go/common/apitype/core.go (UntypedDeployment, ResourceV3)
 */
import { z } from "zod";
import { type Bounds, BOUNDS, boundedJson } from "../review/bounded-json";
import type { PlannedResource } from "../review/resources";
import { partsOf } from "../review/urn";

const text = z.string();
const maybe = <T extends z.ZodType>(schema: T) => schema.nullish();
const record = z.record(z.string(), z.unknown());

const resource = z.looseObject({
  urn: text,
  type: maybe(text),
  id: maybe(text),
  parent: maybe(text),
  delete: maybe(z.boolean()),
  external: maybe(z.boolean()),
  inputs: maybe(record),
  outputs: maybe(record),
  propertyDependencies: maybe(z.record(z.string(), z.array(text).nullish())),
});

const deployment = z.looseObject({ resources: maybe(z.array(resource)) });

/** The export, and the file in which Pulumi's own backends keep the same. */
const document = z.union([
  z.looseObject({ version: z.int(), deployment }).transform((read) => read.deployment),
  z
    .looseObject({ version: z.int(), checkpoint: z.looseObject({ latest: maybe(deployment) }) })
    .transform((read) => read.checkpoint.latest ?? {}),
]);

export interface StackState {
  readonly stack: { readonly project: string; readonly name: string } | undefined;
  readonly resources: readonly PlannedResource[];
  /** Resources that a run has replaced and not yet deleted. */
  readonly pendingDeletions: number;
}

/** A state that cannot be read; the sentence continues "The state", and holds nothing of it. */
export interface UnreadableState {
  readonly problem: string;
}

export function parseStackExport(given: string, bounds: Bounds = BOUNDS): StackState | UnreadableState {
  const start = given.indexOf("{");
  const { value, problem } = boundedJson(start < 0 ? given : given.slice(start), bounds);
  if (problem !== undefined) return { problem };
  const read = document.safeParse(value);
  if (!read.success) return { problem: 'is no output of "pulumi stack export"' };
  const all = read.data.resources ?? [];
  const standing = all.filter((one) => one.delete !== true && one.external !== true);
  const first = all[0] === undefined ? undefined : partsOf(all[0].urn);
  return {
    stack: first && first.stack !== "" ? { project: first.project, name: first.stack } : undefined,
    resources: standing.map(standingResource),
    pendingDeletions: all.filter((one) => one.delete === true).length,
  };
}

/** As if a preview had found nothing to change. */
function standingResource(one: z.infer<typeof resource>): PlannedResource {
  const { type, name } = partsOf(one.urn);
  const sides = { inputs: one.inputs ?? {}, outputs: one.outputs ?? {} };
  return {
    urn: one.urn,
    type,
    name,
    operation: "same",
    parent: one.parent ?? undefined,
    id: one.id ?? undefined,
    before: sides,
    after: sides,
    dependencies: Object.fromEntries(
      Object.entries(one.propertyDependencies ?? {}).map(([property, urns]) => [property, urns ?? []]),
    ),
    frames: [],
    changedAt: undefined,
    goesFirst: false,
  };
}
