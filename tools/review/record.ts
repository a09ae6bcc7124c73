/**
 * Records the previews the tests of the review read, with the real engine and the sandbox: `tsx tools/review/record.ts
 * [scenario…]`. Each ends in test/cli/review/recorded/<scenario>/.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative, resolve } from "node:path";
import { startSandbox } from "../../sandbox/index";
import { type Engine, findEngine } from "../../cli/engine/find";
import { isolateProcess } from "../stack/environment";
import { portable } from "./portable";
import { Recorder } from "./recording";
import { type Scenario, scenarios } from "./scenarios";

const ROOT = resolve(__dirname, "../..");
const TENANT_ID = "7e0a0000-0000-4000-8000-000000000001";
const PACK = join(ROOT, "policies", "certlock-policies");
const DAY = 86_400_000;

async function record(scenario: Scenario, engine: Engine): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "certlock-record-"));
  const recordedAt = new Date();
  // The pipeline's own certificate begins on the sandbox's first day.
  let now = new Date(recordedAt.getTime() - Math.max(0, ...scenario.deployedDaysAgo) * DAY);
  const sandbox = await startSandbox({ tenantId: TENANT_ID, clock: () => now });
  const target = join(ROOT, "test/cli/review/recorded", scenario.name);
  mkdirSync(target, { recursive: true });
  const exemptions = scenario.exemption && exemptionFile(scenario.exemption, recordedAt);
  if (exemptions !== undefined) writeFileSync(join(target, "exemptions.yaml"), exemptions);
  const recorder = new Recorder({
    engine,
    project: join(ROOT, "tools/review"),
    stackName: "prod",
    folder,
    environment: {
      ...sandbox.environment(),
      ...(exemptions !== undefined && { CERTLOCK_EXEMPTIONS: join(target, "exemptions.yaml") }),
    },
    policyPacks: scenario.withPack === false ? [] : [PACK],
  });
  const run = (step: "before" | "after") => () => {
    scenario.program(step, now);
    return Promise.resolve({});
  };
  for (const days of scenario.deployedDaysAgo) {
    now = new Date(recordedAt.getTime() - days * DAY);
    await recorder.deploy(run("before"));
  }
  now = recordedAt;
  const recording = await recorder.preview(run("after"));
  const names = { repository: ROOT, folder };
  writeFileSync(join(target, "events.jsonl"), portable(recording.events, names));
  writeFileSync(join(target, "digest.json"), portable(recording.digest, names));
  writeFileSync(join(target, "recorded-at.txt"), `${recordedAt.toISOString().slice(0, 16)}:00Z\n`);
  console.log(
    `${scenario.name}: preview ${recording.ok ? "succeeded" : "failed"}, ${relative(ROOT, target)}`,
  );
  await sandbox.close();
  rmSync(folder, { recursive: true, force: true });
}

function exemptionFile(exemption: NonNullable<Scenario["exemption"]>, now: Date): string {
  const expires = new Date(now.getTime() + (exemption.daysLeft - 1) * DAY).toISOString().slice(0, 10);
  return [
    "exemptions:",
    "  - id: EX-2031",
    `    rule: ${exemption.rule}`,
    `    scope: ${exemption.scope}`,
    "    reason: The printers are replaced in January.",
    "    owner: ada@contoso.example",
    "    approver: grace@contoso.example",
    "    ticket: SEC-2031",
    `    expires: ${expires}`,
    "",
  ].join("\n");
}

async function main(names: readonly string[]): Promise<void> {
  const { engine, passedOver } = await findEngine({ ...process.env });
  if (engine === undefined) throw new Error(`No engine: run "npm run engine". ${passedOver.join(" ")}`);
  isolateProcess(process.env);
  for (const scenario of scenarios) {
    if (names.length === 0 || names.includes(scenario.name)) await record(scenario, engine);
  }
}

void main(process.argv.slice(2));
