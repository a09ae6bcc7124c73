import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isAlive } from "../stack/lock";

const PREFIX = "certlock-demo-";

/**
 * A private folder (mode 0700) for one run, named after its process. Folders that a killed run left behind are
 * removed first: what lies in them is encrypted with a passphrase that died with that process.
 */
export async function privateFolder(): Promise<string> {
  for (const name of await readdir(tmpdir())) {
    const owner = new RegExp(`^${PREFIX}(\\d+)-`).exec(name);
    if (owner !== null && !isAlive(Number(owner[1]))) {
      await rm(join(tmpdir(), name), { recursive: true, force: true });
    }
  }
  return mkdtemp(join(tmpdir(), `${PREFIX}${process.pid}-`));
}
