/** A package registry on the loopback interface that has what this repository has installed, and nothing else. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { basename, dirname, join, resolve } from "node:path";

const ROOT = resolve(__dirname, "..");

/** Of a package.json what a client decides by. */
const MANIFEST = [
  ...["name", "version", "dependencies", "optionalDependencies", "peerDependencies", "peerDependenciesMeta"],
  ...["bin", "engines", "os", "cpu"],
] as const;

export class Registry {
  /** Names of the packages that were fetched. */
  readonly fetched = new Set<string>();
  readonly #server: Server;
  /** Folders of each package, one for each version that is installed. */
  readonly #folders = new Map<string, string[]>();

  private constructor() {
    const lock = JSON.parse(readFileSync(join(ROOT, "package-lock.json"), "utf8")) as {
      packages: Record<string, { link?: boolean }>;
    };
    for (const [path, { link }] of Object.entries(lock.packages)) {
      const name = /(?:^|\/)node_modules\/((?:@[^/]+\/)?[^/]+)$/.exec(path)?.[1];
      if (name !== undefined && link !== true)
        this.#folders.set(name, [...(this.#folders.get(name) ?? []), join(ROOT, path)]);
    }
    this.#server = createServer((request, response) => {
      this.#answer(decodeURIComponent(request.url ?? "").replace(/\?.*$/, ""), response);
    });
  }

  static async start(): Promise<Registry> {
    const registry = new Registry();
    registry.#server.listen(0, "127.0.0.1");
    await once(registry.#server, "listening");
    return registry;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, "close");
  }

  #answer(path: string, response: ServerResponse): void {
    const [, name = "", number] = /^\/((?:@[^/]+\/)?[^/]+)(?:\/-\/(\d+)\.tgz)?$/.exec(path) ?? [];
    const folders = this.#folders.get(name) ?? [];
    const folder = number === undefined ? undefined : folders[Number(number)];
    if (folder !== undefined) {
      this.fetched.add(name);
      pack(folder, response);
      return;
    }
    if (folders.length === 0 || number !== undefined) {
      response.writeHead(404).end("{}");
      return;
    }
    const versions = Object.fromEntries(
      folders.flatMap((each, index) => {
        const manifest = manifestOf(each);
        const dist = { tarball: `${this.url}/${name}/-/${index}.tgz` };
        // A registry takes the letter away that some write before their numbers.
        const version = String(manifest?.["version"]).replace(/^v/, "");
        return manifest === undefined ? [] : [[version, { ...manifest, version, dist }]];
      }),
    );
    const latest = Object.keys(versions)[0];
    response.writeHead(200, { "content-type": "application/json" });
    response.end(JSON.stringify({ name, versions, "dist-tags": { latest } }));
  }
}

/** Undefined for a package of another platform, which is locked and not installed. */
function manifestOf(folder: string): Record<string, unknown> | undefined {
  try {
    const all = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as Record<string, unknown>;
    return Object.fromEntries(MANIFEST.flatMap((key) => (key in all ? [[key, all[key]]] : [])));
  } catch {
    return undefined;
  }
}

/** Clients take away the first folder of every path, whatever it is called. */
function pack(folder: string, response: ServerResponse): void {
  const args = ["-cz", "--exclude", "node_modules", "-C", dirname(folder), basename(folder)];
  spawn("tar", args, { stdio: ["ignore", "pipe", "inherit"] }).stdout.pipe(response);
}
