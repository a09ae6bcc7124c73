/** docs/day-58.md: its commands run on recorded states, its days are those of the schedule, its pictures are the command's. */
import assert from "node:assert/strict";
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse } from "yaml";
import { dateOf, parseDay } from "../../components/calendar";
import { exemptionsFrom } from "../../policies/catalogue";
import { PICTURES } from "../../tools/rotation/written";
import { EPOCH } from "../../tools/rotation/program";
import { certlock, ROOT } from "../cli/check/certlock-process";
import { RECORDED } from "../cli/rotation/recorded";

const page = readFileSync(join(ROOT, "docs/day-58.md"), "utf8");
/** What was deployed on the days the guide exports the state. */
const STATES = { "day-58": "day-0", "day-61": "day-60", "day-121": "day-120" } as const;

interface Example {
  readonly args: readonly string[];
  readonly printed: readonly string[];
  readonly code: number;
}

/** Commands of certlock, each with what it prints until the line with its exit code. */
function examples(): Example[] {
  const blocks = [...page.matchAll(/```console\n([\s\S]*?)```/g)].map(([, body = ""]) => body);
  return blocks.flatMap((body) =>
    [...body.matchAll(/^\$ certlock ([^\n]+)\n([\s\S]*?)^# exit code (\d)$/gm)].map(
      ([, command = "", printed = "", code]) => ({
        args: command.split(" "),
        printed: printed.split("\n").filter((line) => line !== ""),
        code: Number(code),
      }),
    ),
  );
}

describe("docs/day-58.md", function () {
  this.timeout(180_000);
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), "certlock-day-58-"));
    for (const [name, state] of Object.entries(STATES))
      copyFileSync(join(RECORDED, `${state}.json`), join(folder, `${name}.json`));
    const { deployment } = JSON.parse(readFileSync(join(RECORDED, "day-60.json"), "utf8")) as {
      deployment: { resources: { urn: string; outputs?: { keyId?: string } }[] };
    };
    const first = deployment.resources.find(({ urn }) => urn.endsWith("::billing-nightly-credential-g1"));
    writeFileSync(
      join(folder, "sign-ins.json"),
      JSON.stringify([
        { ServicePrincipalCredentialKeyId: first?.outputs?.keyId, LastSignIn: "2027-03-14T02:00:00Z" },
      ]),
    );
  });
  after(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  it("shows what its commands print", async () => {
    const found = examples();
    assert.equal(
      found.length,
      (page.match(/^\$ certlock/gm) ?? []).length,
      "every command has its exit code",
    );
    assert.ok(found.length >= 9, `${found.length} examples`);
    for (const { args, printed, code } of found) {
      const { code: ended, stdout, stderr } = await certlock(args, { cwd: folder });
      assert.equal(ended, code, `${args.join(" ")}\n${stderr}`);
      const lines = stdout.split("\n").filter((line) => line !== "");
      printed.forEach((expected, index) => {
        // Thumbprints are another in every recording.
        const shown = lines[index]?.replace(/, [0-9a-f]{12}(?=,|$)/, ", …");
        assert.equal(shown, expected, `${args.join(" ")}\n${stdout}`);
      });
    }
  });

  it("exports the state before it plans with it", () => {
    const exported = [...page.matchAll(/^\$ pulumi stack export --file ([\w-]+)\.json$/gm)].map(
      ([, name]) => name,
    );
    assert.deepEqual(exported, Object.keys(STATES));
  });

  it("counts its days from the epoch", () => {
    const epoch = parseDay(EPOCH) ?? assert.fail();
    const days = [...page.matchAll(/\bday (\d{1,3}), (\d{4}-\d\d-\d\d)/gi)];
    assert.ok(days.length >= 10, `${days.length} days`);
    for (const [text, day, date] of days) assert.equal(date, dateOf(epoch + Number(day)), text);
  });

  it("has pictures that the command has made, and an exemption the policy pack accepts", () => {
    for (const name of Object.keys(PICTURES)) {
      assert.ok(page.includes(`](${name}.png)`), name);
      assert.equal(
        readFileSync(join(ROOT, `docs/${name}.png`))
          .subarray(1, 4)
          .toString(),
        "PNG",
      );
    }
    const yaml = [...page.matchAll(/```yaml\n([\s\S]*?)```/g)].map(([, body = ""]) => body);
    const text = yaml.find((body) => "exemptions" in (parse(body) as object)) ?? assert.fail();
    const { problems } = exemptionsFrom({
      text,
      format: "yaml",
      now: () => new Date("2027-03-21T05:00:00Z"),
    });
    assert.deepEqual(problems, []);
  });
});
