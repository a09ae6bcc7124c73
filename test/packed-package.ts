import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

const ROOT = resolve(__dirname, "..");

/** The packed package in an empty project: what its users have, and nothing else of this repository. */
export class PackedPackage {
  readonly project: string;
  /** `node_modules/certlock` of the project. */
  readonly installed: string;

  private constructor(project: string, installed: string) {
    this.project = project;
    this.installed = installed;
  }

  static install(): PackedPackage {
    const project = mkdtempSync(join(tmpdir(), "certlock-package-"));
    const packed = execFileSync(
      "npm",
      ["pack", "--ignore-scripts", "--json", "--pack-destination", project],
      {
        cwd: ROOT,
        encoding: "utf8",
        stdio: ["ignore", "pipe", "ignore"],
      },
    );
    const [{ filename }] = JSON.parse(packed) as [{ filename: string }];
    const modules = join(project, "node_modules");
    const installed = join(modules, "certlock");
    mkdirSync(installed, { recursive: true });
    execFileSync("tar", ["-xzf", join(project, filename), "-C", installed, "--strip-components=1"]);
    // Its dependencies, as a package manager would put them beside it; the workspace's own link stays out.
    for (const name of readdirSync(join(ROOT, "node_modules"))) {
      if (name.startsWith(".") || name.startsWith("certlock")) continue;
      symlinkSync(join(ROOT, "node_modules", name), join(modules, name));
    }
    writeFileSync(join(project, "package.json"), '{"name":"user","private":true}');
    return new PackedPackage(project, installed);
  }

  remove(): void {
    rmSync(this.project, { recursive: true, force: true });
  }
}
