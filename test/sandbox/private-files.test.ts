import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createPrivateFiles } from "../../sandbox/private-files";

const PREFIX = "certlock-private-files-test-";

describe("private files", () => {
  it("lie in a directory and in files that only their owner can read, until they are removed", async () => {
    const files = await createPrivateFiles(PREFIX);
    const path = await files.write("key.pem", "text");
    assert.equal(readFileSync(path, "utf8"), "text");
    assert.deepEqual(
      [files.directory, path].map((each) => statSync(each).mode & 0o777),
      [0o700, 0o600],
    );
    await files.remove();
    assert.equal(existsSync(files.directory), false);
  });

  it("of a killed process are swept away, those of a living one and of others are not", async () => {
    const { pid: dead } = spawnSync(process.execPath, ["--version"]);
    const folders = [`${PREFIX}${dead}-left`, `${PREFIX}${process.pid}-used`, `${PREFIX}notes`];
    const paths = folders.map((name) => join(tmpdir(), name));
    for (const path of paths) mkdirSync(join(path, "inside"), { recursive: true });
    const files = await createPrivateFiles(PREFIX);
    try {
      assert.deepEqual(
        paths.map((path) => existsSync(path)),
        [false, true, true],
      );
    } finally {
      for (const path of [...paths, files.directory]) rmSync(path, { recursive: true, force: true });
    }
  });
});
