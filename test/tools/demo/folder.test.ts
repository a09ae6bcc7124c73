import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { privateFolder } from "../../../tools/demo/folder";

describe("the demo's folder", () => {
  it("is private, and sweeps away what a killed run left, but not what a living one uses", async () => {
    const { pid: dead } = spawnSync(process.execPath, ["--version"]);
    const left = join(tmpdir(), `certlock-demo-${dead}-left`);
    const used = join(tmpdir(), `certlock-demo-${process.pid}-used`);
    for (const folder of [left, used]) mkdirSync(join(folder, "state"), { recursive: true });
    const folder = await privateFolder();
    try {
      assert.equal(existsSync(left), false);
      assert.equal(existsSync(used), true);
      assert.equal(statSync(folder).mode & 0o777, 0o700);
    } finally {
      for (const each of [folder, used]) rmSync(each, { recursive: true, force: true });
    }
  });
});
