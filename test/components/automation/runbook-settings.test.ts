/** What the component tells the runbook is read by the runbook itself: the file of the package, in a real Python. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { resolve } from "node:path";
import { promisify } from "node:util";
import {
  CHANGEOVER_DAYS_KEPT,
  parameterOf,
  SEEN_WITHIN_DAYS,
  WAIT_SECONDS,
} from "../../../components/automation/runbook-settings";
import { Recorder, valueOf } from "../recorder";
import { billing, declare, GUIDS, IDENTITY_ID, openVault } from "./declared";

const run = promisify(execFile);
const RUNBOOK = resolve(__dirname, "../../../components/automation/rotate_certificates.py");
const TODAY = new Date();
const until = new Date(TODAY.getTime() + 90 * 86_400_000).toISOString().slice(0, 10);

/** The runbook's own verdict on its parameter. */
async function verdict(settings: string): Promise<{ code: number; output: string }> {
  try {
    const { stdout } = await run("python3", ["-I", RUNBOOK, settings, "--check-settings"]);
    return { code: 0, output: stdout };
  } catch (error) {
    const { code, stdout } = error as { code: number; stdout: string };
    return { code, output: stdout };
  }
}

async function parameter(args: object, identity: object = {}): Promise<string> {
  await Recorder.start();
  const { settings } = declare({ now: TODAY, ...args }, identity);
  const { value } = await valueOf(settings);
  return Buffer.from(value, "utf8").toString("base64url");
}

describe("the settings of the runbook", function () {
  this.timeout(60_000);

  for (const [what, args, identity] of [
    ["with every default", {}, {}],
    ["at the lower limits", least(), {}],
    ["at the upper limits", most(), {}],
    ["of another cloud", { cloud: "usgovernment" }, {}],
    ["of China", { cloud: "china" }, {}],
    [
      "with an identity of its own",
      { identity: { resourceId: IDENTITY_ID, clientId: GUIDS[0], principalId: GUIDS[1] } },
      {},
    ],
    [
      "with leave to retire",
      {},
      { retireThoughSeen: [{ keyId: GUIDS[0], reason: 'who "reads" it é 😀', owner: "a@b.c", until }] },
    ],
    [
      "with the longest names",
      {
        identities: {
          ["a".repeat(64)]: { application: billing, vault: openVault, certificateName: "c".repeat(127) },
        },
      },
      {},
    ],
  ] as const) {
    it(`are taken ${what}`, async () => {
      const { code, output } = await verdict(await parameter(args, identity));
      assert.equal(code, 0, output);
    });
  }

  it("are refused by the runbook as well where they go beyond the component's limits", async () => {
    const read = async (change: object): Promise<number> => {
      const text = Buffer.from(await parameter({}), "base64url").toString("utf8");
      const changed = JSON.stringify({ ...(JSON.parse(text) as object), ...change });
      return (await verdict(Buffer.from(changed).toString("base64url"))).code;
    };
    assert.equal(await read({}), 0);
    assert.equal(await read({ seenWithinDays: SEEN_WITHIN_DAYS.most + 1 }), 2);
    assert.equal(await read({ changeoverDays: CHANGEOVER_DAYS_KEPT.most + 1 }), 2);
    assert.equal(await read({ waitSeconds: WAIT_SECONDS.most + 1 }), 2);
    assert.equal(await read({ somethingElse: 1 }), 2);
  });

  it("are refused before Azure cuts them, where they are more than a job takes", async () => {
    // Four characters of base64url for three of text.
    assert.equal(parameterOf("RotationRunbook", "rotation", "x".repeat(22_500)).length, 30_000);
    assert.throws(
      () => parameterOf("RotationRunbook", "rotation", "x".repeat(22_501)),
      /identities \[too-many\][^]*at most 30000 characters/,
    );
    const longest = Buffer.from(JSON.stringify({ x: "y".repeat(22_501) })).toString("base64url");
    assert.match((await verdict(longest)).output, /at most 30000/);
  });
});

function least() {
  return {
    seenWithinDays: SEEN_WITHIN_DAYS.least,
    changeoverDays: CHANGEOVER_DAYS_KEPT.least,
    waitSeconds: WAIT_SECONDS.least,
  };
}

function most() {
  return {
    seenWithinDays: SEEN_WITHIN_DAYS.most,
    changeoverDays: CHANGEOVER_DAYS_KEPT.most,
    waitSeconds: WAIT_SECONDS.most,
  };
}
