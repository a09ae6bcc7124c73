/**
 * Records the states that docs/day-58.md and the tests of the rotation plan read, with the real engine and the sandbox:
 * `tsx tools/rotation/record.ts`. They end in test/cli/rotation/recorded/.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { findEngine } from "../../cli/engine/find";
import { startSandbox } from "../../sandbox/index";
import { issueCertificate } from "../../test/policies/certificates";
import { portable } from "../review/portable";
import { Recorder } from "../review/recording";
import { isolateProcess } from "../stack/environment";
import { EPOCH, program } from "./program";

const ROOT = resolve(__dirname, "../..");
const TARGET = join(ROOT, "test/cli/rotation/recorded");
const DAY = 86_400_000;
/** Of the days after day 0 those on which something changes. */
const DAYS = [0, 60, 120];

async function main(): Promise<void> {
  const { engine, passedOver } = await findEngine({ ...process.env });
  if (engine === undefined) throw new Error(`No engine: run "npm run engine". ${passedOver.join(" ")}`);
  isolateProcess(process.env);
  const folder = mkdtempSync(join(tmpdir(), "certlock-record-"));
  const at = (day: number): Date => new Date(Date.parse(`${EPOCH}T05:00:00Z`) + day * DAY);
  let now = at(0);
  const sandbox = await startSandbox({
    tenantId: "7e0a0000-0000-4000-8000-000000000001",
    clock: () => now,
  });
  // Made 20 days before, for 150 days.
  const { pem } = await issueCertificate("rsa2048", 150 * 24, at(-20));
  const recorder = new Recorder({
    engine,
    project: join(ROOT, "tools/review"),
    stackName: "prod",
    folder,
    environment: sandbox.environment(),
    policyPacks: [],
  });
  mkdirSync(TARGET, { recursive: true });
  for (const day of DAYS) {
    now = at(day);
    const run = () => {
      program(now, pem);
      return Promise.resolve({});
    };
    await recorder.deploy(run);
    const state = portable(await recorder.export(), { repository: ROOT, folder }).replaceAll(
      /("ciphertext": )"[^"]*"/g,
      // Nobody reads them, and a key is no business of a test, encrypted or not.
      '$1"v1:not kept"',
    );
    writeFileSync(join(TARGET, `day-${day}.json`), state);
    console.log(`day ${day}: ${state.length} characters`);
  }
  await sandbox.close();
  rmSync(folder, { recursive: true, force: true });
}

void main();
