import { join } from "node:path";
import type { Context } from "mocha";
import { isExecutable, pathFolders } from "../../../cli/engine/places";
import { run } from "../../../cli/engine/process";

/** Python 3.10 where there is one, else any that is newer; without, the suite is skipped, loudly. */
export async function runbookPython(context: Context): Promise<string> {
  context.timeout(120_000);
  const versions: string[] = [];
  for (const name of ["python3.10", "python3", "python3.11", "python3.12", "python3.13"]) {
    for (const python of pathFolders(process.env)
      .map((folder) => join(folder, name))
      .filter(isExecutable)) {
      const asked = ["-c", "import sys; print(*sys.version_info[:2], sys.executable)"];
      // A version manager runs the one it is told.
      const { stdout } = await run(python, asked, {
        environment: { ...process.env, PYENV_VERSION: pyenv(name) },
      });
      const [major, minor, executable = ""] = stdout.trim().split(" ");
      versions.push(stdout.trim());
      if (major === "3" && Number(minor) >= 10) return executable;
    }
  }
  const missing = `Python 3.10 or newer was not found on PATH (${versions.join(", ") || "none"}).`;
  if (process.env["CERTLOCK_PYTHON"] === "required") throw new Error(missing);
  process.stderr.write(`\n*** NO PYTHON: the runbook is not tested. ${missing} ***\n`);
  return context.skip();
}

function pyenv(name: string): string | undefined {
  return name === "python3.10" ? (process.env["PYENV_VERSION"] ?? "3.10.13") : process.env["PYENV_VERSION"];
}
