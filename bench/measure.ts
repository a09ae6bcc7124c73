/** Takes what a pack's process costs: time that passes, time it computes, memory. */
import { readFileSync } from "node:fs";
import { Pack, PackOptions, startPack } from "../test/policies/harness/pack";
import { ResourceInput } from "../test/policies/harness/wire";

/** In milliseconds. */
export interface Cost {
  /** Until the answer was there; whatever else the machine does counts as well, and so does our own side. */
  readonly elapsed: number;
  /** What the pack's process has computed on all its threads; undefined where Linux is not. */
  readonly computed: number | undefined;
}

/** From the start of the process to the first answer about what rules it has, and the pack itself. */
export async function measureStart(
  options: PackOptions,
): Promise<{ readonly cost: Cost; readonly pack: Pack }> {
  const started = performance.now();
  const pack = await startPack(options);
  return { cost: { elapsed: performance.now() - started, computed: computedBy(pack) }, pack };
}

/** Asks about every resource once, one after the other, as the engine does with one pack. */
export function measureResources(pack: Pack, resources: readonly ResourceInput[]): Promise<Cost> {
  return measure(pack, async () => {
    for (const resource of resources) await pack.analyze(resource);
  });
}

/** Asks about each stack once. */
export function measureStacks(pack: Pack, stacks: readonly (readonly ResourceInput[])[]): Promise<Cost> {
  return measure(pack, async () => {
    for (const resources of stacks) await pack.analyzeStack(resources);
  });
}

async function measure(pack: Pack, work: () => Promise<void>): Promise<Cost> {
  const [started, computed] = [performance.now(), computedBy(pack)];
  await work();
  const [elapsed, after] = [performance.now() - started, computedBy(pack)];
  return { elapsed, computed: after === undefined || computed === undefined ? undefined : after - computed };
}

/** Linux counts in hundredths of a second, whatever the machine. */
const millisecondsPerTick = 10;

function computedBy({ processId }: Pack): number | undefined {
  // The name of the process may hold spaces; after it come fields 3 and up, of which 14 and 15 are the times.
  const fields = processFile(processId, "stat")?.split(") ").at(-1)?.split(" ");
  if (fields === undefined) return undefined;
  return (Number(fields[11]) + Number(fields[12])) * millisecondsPerTick;
}

/** Largest resident memory of the pack's process since its start; undefined where Linux is not. */
export function peakMegabytes({ processId }: Pack): number | undefined {
  const kilobytes = /^VmHWM:\s+(\d+) kB$/m.exec(processFile(processId, "status") ?? "")?.[1];
  return kilobytes === undefined ? undefined : Number(kilobytes) / 1024;
}

function processFile(processId: number | undefined, name: string): string | undefined {
  try {
    return readFileSync(`/proc/${processId ?? 0}/${name}`, "utf8");
  } catch {
    return undefined;
  }
}
