/** The provider of the installed package, found by the engine in a project that has nothing but that package. */
import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { PackedPackage } from "../packed-package";
import { Deployment, POLICY_PATH } from "./deployment";
import { engineFor } from "./engine";

const PROGRAM = `const { AppManagementPolicy, TenantAppManagementPolicy } = require("certlock/components");
const scope = { passwordCredentials: ["passwordAddition", "symmetricKeyAddition"].map((restrictionType) => ({ restrictionType, state: "enabled" })) };
new TenantAppManagementPolicy("tenant", { applicationRestrictions: scope, servicePrincipalRestrictions: scope });
new AppManagementPolicy("stricter", {
  displayName: "Stricter for some",
  description: "Short certificates for what faces the internet.",
  restrictions: { keyCredentials: [{ restrictionType: "asymmetricKeyLifetime", state: "enabled", maxLifetime: "P60D" }] },
});
`;

/** As docs/resources and the examples say it. */
const PLUGINS = `plugins:
  providers:
    - name: certlock
      path: node_modules/certlock/provider/bin
`;

describe("the installed package on the real engine", function () {
  this.timeout(240_000);
  let deployment: Deployment;
  let packed: PackedPackage;

  before(async function () {
    deployment = await Deployment.start(await engineFor(this));
    packed = PackedPackage.install();
  });
  after(async () => {
    packed.remove();
    await deployment.close();
  });

  /** A project of its own beside node_modules, or without a word about plugins. */
  function project(name: string, plugins: string): string {
    const folder = join(packed.project, name);
    mkdirSync(folder);
    writeFileSync(join(folder, "Pulumi.yaml"), `name: ${name}\nruntime: nodejs\n${plugins}`);
    writeFileSync(join(folder, "index.js"), PROGRAM);
    return folder;
  }

  it("deploys, changes nothing the second time, and goes, by the one entry in Pulumi.yaml", async () => {
    const before = (await deployment.caller.graph("GET", POLICY_PATH)).body;
    const folder = project("user", PLUGINS.replace("node_modules", "../node_modules"));
    const open = () =>
      deployment.open({ project: folder, program: join(folder, "index.js"), policyPacks: [] });
    const made = await (await open()).up();
    assert.ok(made.ok, made.output);
    // Found without ceremony: not on PATH, and no plugin asked for elsewhere.
    assert.doesNotMatch(made.output, /\$PATH|plugin install|warning/i);
    const again = await (await open()).preview();
    assert.deepEqual(again.changes, {}, again.output);
    const gone = await (await open()).destroy();
    assert.ok(gone.ok, gone.output);
    assert.deepEqual((await deployment.caller.graph("GET", POLICY_PATH)).body, before);
  });

  it("is named by the engine when the entry is missing", async () => {
    const folder = project("forgetful", "");
    const stack = await deployment.open({
      folder: join(deployment.folder, "forgetful"),
      project: folder,
      program: join(folder, "index.js"),
      policyPacks: [],
    });
    const outcome = await stack.up();
    assert.equal(outcome.ok, false);
    assert.match(outcome.output, /plugin.*certlock/);
  });
});
