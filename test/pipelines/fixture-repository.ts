/** A checkout as a pipeline has it, with a pulumi and a certlock that write down how they were called. */
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

export interface FixtureRepository {
  readonly workspace: string;
  readonly temp: string;
  /** PATH and nothing that the steps could pick up from this machine by chance. */
  readonly environment: Record<string, string>;
  /** Replaces a command on the path. It writes its arguments down before the given lines of bash. */
  command(name: "pulumi" | "certlock" | "npm", lines: string): Promise<void>;
  withoutCommand(name: "pulumi" | "certlock" | "npm"): Promise<void>;
  /** Each call with its arguments, in order. */
  calls(): Promise<string[][]>;
  remove(): Promise<void>;
}

/** A `certlock` that writes what it is asked to write, and ends with CODE. */
export const WRITES_REPORTS = `
report=
while [ $# -gt 0 ]; do
  case $1 in --output) report=$2 ;; esac
  shift
done
if [ -n "$report" ]; then echo '{"made":"by a stand-in"}' > "$report"; fi
exit "\${CODE:-0}"
`;

export async function fixtureRepository(): Promise<FixtureRepository> {
  const folder = await mkdtemp(join(tmpdir(), "certlock-pipeline-"));
  const [workspace, temp, bin, calls] = ["workspace", "temp", "bin", "calls.txt"].map((name) =>
    join(folder, name),
  ) as [string, string, string, string];
  for (const path of [
    join(workspace, "infra"),
    join(workspace, "node_modules/certlock/policies"),
    temp,
    bin,
  ]) {
    await mkdir(path, { recursive: true });
  }
  await writeFile(join(workspace, "infra/Pulumi.yaml"), "name: identities\nruntime: nodejs\n");
  await writeFile(join(workspace, "node_modules/certlock/policies/PulumiPolicy.yaml"), "runtime: nodejs\n");
  await writeFile(calls, "");
  const command: FixtureRepository["command"] = async (name, lines) => {
    const path = join(bin, name);
    await writeFile(
      path,
      `#!/usr/bin/env bash\nprintf '%s\\0' ${name} "$@" >> ${JSON.stringify(calls)}\nprintf '\\n' >> ${JSON.stringify(calls)}\n${lines}\n`,
    );
    await chmod(path, 0o755);
  };
  await command("pulumi", `echo '{"steps":[]}'`);
  await command("certlock", WRITES_REPORTS);
  return {
    workspace,
    temp,
    environment: { PATH: `${bin}:${dirname(process.execPath)}:/usr/local/bin:/usr/bin:/bin` },
    command,
    withoutCommand: (name) => rm(join(bin, name)),
    calls: async () =>
      (await readFile(calls, "utf8"))
        .split("\0\n")
        .filter((call) => call !== "")
        .map((call) => call.split("\0").map((argument) => argument.replaceAll(folder, ""))),
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}
