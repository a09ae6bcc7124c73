/**
 * How much the guard costs, against a pack of one empty rule on the same machine in the same run.
 *
 *   npm run bench
 *
 * Start-up at most 1.35 times, 1,000 mixed resources at most 1.6 times, and a stack of 10,000 resources in time
 * proportional to its size (at most 1.3 times as long per resource as a stack of 1,000) and below 900 MB. Exit code 1
 * when one of these is exceeded. Ratios hold on any machine; the times beside them are only there to be read.
 */
import { join, resolve } from "node:path";
import { Pack, PackOptions, startPack } from "../test/policies/harness/pack";
import { measureStack, resourceMilliseconds, startMilliseconds } from "./measure";
import { mixedResources } from "./resources";

const repository = resolve(__dirname, "..");
const packDirectory = join(repository, "policies");

const limits = { start: 1.35, resources: 1.6, perResource: 1.3, megabytes: 900 } as const;
const rounds = 7;

interface Line {
  readonly what: string;
  readonly value: number | undefined;
  readonly limit: number;
  readonly detail: string;
}

async function main(): Promise<void> {
  const lines = await measure({ directory: packDirectory }, { directory: join(__dirname, "empty-pack") });
  for (const { what, value, limit, detail } of lines) {
    const verdict = value === undefined ? "not measured" : value <= limit ? "ok" : "EXCEEDED";
    const shown = value === undefined ? "-" : value.toFixed(2);
    console.log(`${what.padEnd(52)} ${shown.padStart(8)}  (limit ${limit})  ${verdict.padEnd(12)} ${detail}`);
  }
  if (lines.some(({ value, limit }) => value !== undefined && value > limit)) process.exitCode = 1;
}

async function measure(ours: PackOptions, empty: PackOptions): Promise<Line[]> {
  const [start, emptyStart] = await starts(ours, empty);
  const [guard, nothing] = [await startPack(ours), await startPack(empty)];
  try {
    await guard.configure({});
    const [time, emptyTime] = await alternating(guard, nothing);
    return [
      ratio("start-up, times that of an empty pack", start, emptyStart, limits.start),
      ratio("1,000 mixed resources, times an empty pack", time, emptyTime, limits.resources),
      ...(await stacks(ours)),
    ];
  } finally {
    await Promise.all([guard.stop(), nothing.stop()]);
  }
}

async function starts(ours: PackOptions, empty: PackOptions): Promise<[number, number]> {
  const times: [number, number] = [Infinity, Infinity];
  for (let round = 0; round < rounds; round++) {
    times[0] = Math.min(times[0], await startMilliseconds(ours));
    times[1] = Math.min(times[1], await startMilliseconds(empty));
  }
  return times;
}

/** The best of several rounds of each, in turns, so that a busy machine is busy for both. */
async function alternating(guard: Pack, nothing: Pack): Promise<[number, number]> {
  const resources = mixedResources(1000);
  const times: [number, number] = [Infinity, Infinity];
  for (let round = 0; round < rounds; round++) {
    times[0] = Math.min(times[0], await resourceMilliseconds(guard, resources));
    times[1] = Math.min(times[1], await resourceMilliseconds(nothing, resources));
  }
  return times;
}

async function stacks(ours: PackOptions): Promise<Line[]> {
  const pack = await startPack(ours);
  try {
    await pack.configure({});
    const [small, large] = [mixedResources(1000), mixedResources(10_000)];
    const best = { small: Infinity, large: Infinity };
    // Once as in a real run, for the memory; it also pays for code that has not been compiled yet.
    const { peakMegabytes: peak } = await measureStack(pack, large);
    await measureStack(pack, small);
    for (let round = 0; round < 3; round++) {
      best.small = Math.min(best.small, (await measureStack(pack, small)).milliseconds);
      best.large = Math.min(best.large, (await measureStack(pack, large)).milliseconds);
    }
    const detail = `${ms(best.small)} for 1,000, ${ms(best.large)} for 10,000`;
    return [
      {
        what: "stack of 10,000, time per resource, times 1,000",
        value: best.large / best.small / 10,
        limit: limits.perResource,
        detail,
      },
      {
        what: "stack of 10,000, megabytes",
        value: peak,
        limit: limits.megabytes,
        detail: "peak of one analysis",
      },
    ];
  } finally {
    await pack.stop();
  }
}

function ratio(what: string, value: number, empty: number, limit: number): Line {
  return { what, value: value / empty, limit, detail: `${ms(value)} against ${ms(empty)}` };
}

function ms(milliseconds: number): string {
  return `${milliseconds.toFixed(0)} ms`;
}

if (require.main === module) void main();
