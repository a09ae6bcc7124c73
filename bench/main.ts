/**
 * How much the guard costs, against a pack of one empty rule on the same machine in the same run.
 *
 *   npm run bench
 *
 * Start-up at most 1.35 times, 1,000 mixed resources at most 1.6 times, and a stack of 10,000 resources in time
 * proportional to its size (at most 1.3 times as long per resource as a stack of 1,000) and below 900 MB. Exit code 1
 * when one of these is exceeded.
 *
 * What is compared is measured in turns, and the median of the ratios decides, so that a busy machine is busy for
 * both. Both packs are new in each round: a run of Pulumi starts a pack, asks about each resource once, and ends it,
 * so nothing has been compiled yet when the first resource comes. Ratios hold on any machine; times beside them are
 * only there to be read.
 */
import { join, resolve } from "node:path";
import { Pack, PackOptions } from "../test/policies/harness/pack";
import { Cost, measureResources, measureStacks, measureStart, peakMegabytes } from "./measure";
import { mixedResources } from "./resources";

const repository = resolve(__dirname, "..");

const ours: PackOptions = { directory: join(repository, "policies") };
const empty: PackOptions = { directory: join(__dirname, "empty-pack") };

const limits = { start: 1.35, resources: 1.6, perResource: 1.3, megabytes: 900 } as const;
const rounds = { run: 7, stack: 5 } as const;

/** Two things measured one right after the other: what is judged, and what it is compared with. */
interface Pair {
  readonly judged: Cost;
  readonly against: Cost;
}

interface Line {
  readonly what: string;
  readonly value: number | undefined;
  readonly limit: number;
  readonly detail: string;
}

async function main(): Promise<void> {
  const lines = [...(await runs()), ...(await stacks())];
  for (const { what, value, limit, detail } of lines) {
    const verdict = value === undefined ? "not measured" : value <= limit ? "ok" : "EXCEEDED";
    const shown = value === undefined ? "-" : value.toFixed(limit < 10 ? 2 : 0);
    console.log(
      `${what.padEnd(56)} ${shown.padStart(6)}  (limit ${limit})  ${verdict.padEnd(12)}  ${detail}`,
    );
  }
  if (lines.some(({ value, limit }) => value !== undefined && value > limit)) process.exitCode = 1;
}

async function runs(): Promise<Line[]> {
  const starts: Pair[] = [];
  const resources: Pair[] = [];
  for (let round = 0; round < rounds.run; round++) {
    // In turns one of them is first.
    const [one, other] = round % 2 === 0 ? [ours, empty] : [empty, ours];
    const [first, second] = [await run(one), await run(other)];
    const [guard, nothing] = round % 2 === 0 ? [first, second] : [second, first];
    starts.push({ judged: guard.start, against: nothing.start });
    resources.push({ judged: guard.resources, against: nothing.resources });
  }
  return [
    ...linesOf("start-up, times an empty pack", starts, limits.start),
    ...linesOf("1,000 mixed resources, times an empty pack", resources, limits.resources),
  ];
}

const thousand = mixedResources(1000);

/** What Pulumi does with a pack, up to the end of the resources. */
async function run(options: PackOptions): Promise<{ readonly start: Cost; readonly resources: Cost }> {
  const { cost, pack } = await measureStart(options);
  try {
    await pack.configure({});
    return { start: cost, resources: await measureResources(pack, thousand) };
  } finally {
    await pack.stop();
  }
}

async function stacks(): Promise<Line[]> {
  const { pack } = await measureStart(ours);
  try {
    await pack.configure({});
    const large = [mixedResources(10_000)];
    const small = Array.from({ length: 10 }, () => thousand);
    // Once as in a real run, for the memory; it also pays for code that has not been compiled yet.
    await measureStacks(pack, large);
    const memory = peakMegabytes(pack);
    await measureStacks(pack, small);
    const pairs = await inTurns(pack, large, small);
    return [
      ...linesOf("a stack of 10,000, times ten of 1,000", pairs, limits.perResource),
      {
        what: "a stack of 10,000, megabytes",
        value: memory,
        limit: limits.megabytes,
        detail: "largest so far",
      },
    ];
  } finally {
    await pack.stop();
  }
}

type Stacks = Parameters<typeof measureStacks>[1];

async function inTurns(pack: Pack, judged: Stacks, against: Stacks): Promise<Pair[]> {
  const pairs: Pair[] = [];
  for (let round = 0; round < rounds.stack; round++)
    pairs.push({
      judged: await measureStacks(pack, judged),
      against: await measureStacks(pack, against),
    });
  return pairs;
}

function linesOf(what: string, pairs: readonly Pair[], limit: number): Line[] {
  return [
    lineOf(`${what}, computing`, pairs, limit, ({ computed }) => computed),
    lineOf(`${what}, elapsed`, pairs, limit, ({ elapsed }) => elapsed),
  ];
}

function lineOf(
  what: string,
  pairs: readonly Pair[],
  limit: number,
  timeOf: (cost: Cost) => number | undefined,
): Line {
  const times = pairs.flatMap(({ judged, against }) => {
    const [one, other] = [timeOf(judged), timeOf(against)];
    return one === undefined || other === undefined ? [] : [{ one, other }];
  });
  if (times.length === 0) return { what, value: undefined, limit, detail: "Linux only" };
  const [one, other] = [median(times.map((pair) => pair.one)), median(times.map((pair) => pair.other))];
  return {
    what,
    value: median(times.map((pair) => pair.one / pair.other)),
    limit,
    detail: `${one.toFixed(0)} ms against ${other.toFixed(0)} ms`,
  };
}

function median(values: readonly number[]): number {
  const inOrder = values.toSorted((one, other) => one - other);
  return inOrder[Math.floor(inOrder.length / 2)] ?? NaN;
}

if (require.main === module) void main();
