/** A posting and the surroundings of a run, for the tests of all three hosts. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { PostDeps, Posting } from "../../../cli/post";
import { systemDeps } from "../../../cli/post";
import { HEAD, REPOSITORY } from "./github-server";

/** Looks like no real token, and like nothing that may appear anywhere. */
export const TOKEN = "test-token-that-must-never-be-shown";

const REVIEW =
  "### ❌ Blocked — 1 client secret would be created\n\n| Identity | Change |\n|---|---|\n| billing-api | add |";

export function posting(changes: Partial<Posting> = {}): Posting {
  return {
    key: "identities/prod",
    body: `<!-- whatever the renderer put here -->\n${REVIEW}\n`,
    comparable: REVIEW,
    verdict: "blocked",
    sentence: "1 client secret would be created on a privileged app",
    hasIdentityChange: true,
    headSha: HEAD,
    runId: "5000",
    attempt: 1,
    runUrl: `https://github.com/${REPOSITORY}/actions/runs/5000`,
    ...changes,
  };
}

export interface Surroundings {
  readonly deps: PostDeps;
  readonly folder: string;
  readonly logged: string[];
  readonly commands: string[];
  /** Waits that were asked for, in milliseconds; none is waited. */
  readonly waits: number[];
  write(name: string, text: string): Promise<string>;
  remove(): Promise<void>;
}

/** The real outside world, except that nothing waits and the clock stands. */
export async function surroundings(now = new Date("2026-11-20T18:04:00Z")): Promise<Surroundings> {
  const folder = await mkdtemp(join(tmpdir(), "certlock-post-"));
  const logged: string[] = [];
  const commands: string[] = [];
  const waits: number[] = [];
  const real = systemDeps(
    (line) => logged.push(line),
    (line) => commands.push(line),
  );
  return {
    folder,
    logged,
    commands,
    waits,
    deps: {
      ...real,
      clock: () => now,
      random: () => 0,
      sleep: (milliseconds, signal) => {
        signal?.throwIfAborted();
        waits.push(milliseconds);
        return Promise.resolve();
      },
    },
    write: async (name, text) => {
      const path = join(folder, name);
      await writeFile(path, text);
      return path;
    },
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}
