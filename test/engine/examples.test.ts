/** Every example is deployed as it stands, under the guard, and taken down again. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { grantToDeployer } from "../sandbox/providers/azuread/grant-to-deployer";
import { Deployment, ROOT } from "./deployment";
import { engineFor } from "./engine";

const EXAMPLES = join(ROOT, "examples");
/** What the guard stops, on purpose: guard.test.ts. */
const REFUSED = ["with-client-secret"];
/** What an example asks its stack to decide. */
const CONFIG: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  "application-exemption": {
    "application-exemption:expires": new Date(Date.now() + 60 * 86_400_000).toISOString(),
  },
  monitoring: { "monitoring:teamsWebhookUrl": "https://contoso.webhook.office.com/workflows/1?sig=example" },
};

describe("the examples on the real engine", function () {
  this.timeout(180_000);
  let deployment: Deployment;

  beforeEach(async function () {
    deployment = await Deployment.start(await engineFor(this));
    // Permissions of Graph are granted by whoever may grant them; a pipeline need not, as long as none is asked for.
    grantToDeployer(deployment.sandbox.tenant, "AppRoleAssignment.ReadWrite.All");
  });
  afterEach(async () => {
    await deployment.close();
  });

  for (const example of readdirSync(EXAMPLES)) {
    if (REFUSED.includes(example)) continue;

    it(`${example} is deployed under the guard, stays as it is, and goes`, async () => {
      const open = () => deployment.open({ project: join(EXAMPLES, example), config: CONFIG[example] ?? {} });
      const made = await (await open()).up();
      assert.ok(made.ok, made.output);
      assert.deepEqual(
        made.findings.filter(({ level }) => level === "mandatory"),
        [],
      );
      assert.doesNotMatch(made.output, /PRIVATE KEY/);
      const again = await (await open()).preview();
      assert.ok(again.ok, again.output);
      assert.deepEqual(again.changes, {});
      const gone = await (await open()).destroy();
      assert.ok(gone.ok, gone.output);
    });
  }
});

describe("the examples", () => {
  const readme = readFileSync(join(ROOT, "README.md"), "utf8");

  for (const example of readdirSync(EXAMPLES)) {
    it(`${example} stands in the README`, () => {
      assert.ok(readme.includes(`(examples/${example}`));
    });
  }
});
