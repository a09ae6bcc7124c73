/** Judged inputs, and what the pack says about them over the real protocol. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { rules } from "../../../policies/catalogue";
import { buildPack, compiledPack, packDirectory, stackResource } from "../harness/compiled-pack";
import { startPack } from "../harness/pack";
import { Analysis, Properties, ResourceInput, unknown } from "../harness/wire";

export interface Judged {
  readonly id: string;
  /** `violation-if` has in its sample what the violation needs. */
  readonly verdict: "violation" | "violation-if" | "reference" | "allow";
  readonly kind: string;
  /** A type token, or `(config) …` and `(env) …`. */
  readonly type: string;
  readonly sample: Properties;
}

const aboutSecrets: ReadonlySet<string> = new Set(
  rules.filter(({ tags }) => tags.includes("client-secret")).map(({ id }) => id),
);

export function judgedInputs(file: string): Judged[] {
  return readFileSync(join(__dirname, file), "utf8")
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as Judged);
}

/** Rules about client secrets that refuse the input. */
export async function refusalsOf({ type, sample, id }: Judged): Promise<string[]> {
  const analysis = type.startsWith("(")
    ? await withEnvironment(sample)
    : await (await compiledPack()).analyze({ type, name: id.toLowerCase(), props: known(sample) });
  return analysis.findings
    .filter(({ rule, level }) => level === "mandatory" && aboutSecrets.has(rule))
    .map(({ rule }) => rule);
}

async function withEnvironment({ config, env }: Properties): Promise<Analysis> {
  buildPack();
  const environment = {
    ...(env as Record<string, string> | undefined),
    ...(config !== undefined && { PULUMI_CONFIG: JSON.stringify(config) }),
  };
  const pack = await startPack({ directory: packDirectory, environment });
  try {
    return await pack.analyze(stackResource);
  } finally {
    await pack.stop();
  }
}

/** The sample with the marks of the SDK in place of those of the data. */
function known(sample: Properties): ResourceInput["props"] {
  const marks: Readonly<Record<string, string>> = {
    "<<UNKNOWN-STRING>>": unknown.string,
    "<<UNKNOWN-OBJECT>>": unknown.object,
  };
  return JSON.parse(JSON.stringify(sample), (_, value: unknown) =>
    typeof value === "string" ? (marks[value] ?? value) : value,
  ) as ResourceInput["props"];
}
