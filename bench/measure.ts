/** Takes the times and the memory of a pack that runs. */
import { readFileSync } from "node:fs";
import { Pack, PackOptions, startPack } from "../test/policies/harness/pack";
import { ResourceInput } from "../test/policies/harness/wire";

export async function startMilliseconds(options: PackOptions): Promise<number> {
  const pack = await startPack(options);
  await pack.stop();
  return pack.startMilliseconds;
}

/** Asks about every resource once, one after the other, as the engine does with one pack. */
export async function resourceMilliseconds(pack: Pack, resources: readonly ResourceInput[]): Promise<number> {
  const started = performance.now();
  for (const resource of resources) await pack.analyze(resource);
  return performance.now() - started;
}

export interface StackMeasurement {
  /**
   * Time the pack has computed, on Linux: neither our own encoding of the request counts nor what else the machine
   * does. Elsewhere the time until the answer.
   */
  readonly milliseconds: number;
  /** Largest resident memory of the pack's process since its start, in megabytes; undefined where Linux is not. */
  readonly peakMegabytes: number | undefined;
}

export async function measureStack(
  pack: Pack,
  resources: readonly ResourceInput[],
): Promise<StackMeasurement> {
  const [started, computed] = [performance.now(), computedMilliseconds(pack.processId)];
  await pack.analyzeStack(resources);
  const after = computedMilliseconds(pack.processId);
  return {
    milliseconds:
      after === undefined || computed === undefined ? performance.now() - started : after - computed,
    peakMegabytes: peakMegabytes(pack.processId),
  };
}

/** Linux counts in hundredths of a second, whatever the machine. */
const millisecondsPerTick = 10;

function computedMilliseconds(processId: number | undefined): number | undefined {
  // The name of the process may hold spaces; after it come fields 3 and up, of which 14 and 15 are the times.
  const fields = processFile(processId, "stat")?.split(") ").at(-1)?.split(" ");
  if (fields === undefined) return undefined;
  return (Number(fields[11]) + Number(fields[12])) * millisecondsPerTick;
}

function peakMegabytes(processId: number | undefined): number | undefined {
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
