import assert from "node:assert/strict";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { providePython, PythonMissingError, PythonPackagesError } from "../../../tools/python/provide";

/** Stands in for Python: says a version, makes an environment that is a copy of itself, and notes every call. */
const STAND_IN = `#!/bin/sh
echo "$*" >> "$CALLS"
case "$*" in
  *"-m venv"*) mkdir -p "$4/bin" && cp "$0" "$4/bin/python" ;;
  *"-m pip"*) [ -z "$PIP_FAILS" ] || { echo "no such package" >&2; exit 1; } ;;
  *) echo 3.12 ;;
esac
`;

describe("Python for the tests", () => {
  let folder: string;
  let environment: Record<string, string>;
  const requirements = (): string => join(folder, "requirements.txt");
  const provide = (more: Record<string, string> = {}): Promise<string> =>
    providePython({ environment: { ...environment, ...more }, requirements: requirements() });
  const installs = (): number =>
    readFileSync(join(folder, "calls"), "utf8")
      .split("\n")
      .filter((line) => line.includes("pip install")).length;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "certlock-python-test-"));
    mkdirSync(join(folder, "bin"));
    writeFileSync(join(folder, "bin", "python3"), STAND_IN, { mode: 0o700 });
    writeFileSync(requirements(), "one==1\n");
    environment = {
      PATH: `${join(folder, "bin")}:/usr/bin:/bin`,
      XDG_CACHE_HOME: join(folder, "cache"),
      CALLS: join(folder, "calls"),
    };
  });
  afterEach(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  it("is made once, with every package checked, and anew for other packages", async () => {
    const first = await provide();
    assert.ok(existsSync(first));
    assert.equal(await provide(), first);
    assert.equal(installs(), 1);
    assert.match(readFileSync(join(folder, "calls"), "utf8"), /--require-hashes/);
    writeFileSync(requirements(), "one==2\n");
    assert.notEqual(await provide(), first);
    assert.equal(installs(), 2);
  });

  it("leaves nothing behind when packages cannot be had, says why, and can be tried again", async () => {
    await assert.rejects(provide({ PIP_FAILS: "yes" }), (error: unknown) => {
      assert.ok(error instanceof PythonPackagesError);
      assert.match(error.message, /pip install.*no such package/);
      return true;
    });
    assert.deepEqual(readdirSync(join(folder, "cache", "certlock", "python")), []);
    assert.ok(existsSync(await provide()));
  });

  it("is missing where PATH has none", async () => {
    await assert.rejects(provide({ PATH: join(folder, "nowhere") }), PythonMissingError);
  });
});
