/** Chromium of the machine, for what only a browser can judge. Installs nothing. */
import { existsSync } from "node:fs";
import { type Browser, chromium } from "playwright-core";

const PLACES = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

/**
 * The browser for a suite. Without one the suite is skipped with a loud line, unless CERTLOCK_BROWSER=required, which
 * makes it a failure: the pipeline sets that. CERTLOCK_CHROMIUM names another executable.
 */
export async function browserFor(suite: Mocha.Context): Promise<Browser> {
  const named = process.env["CERTLOCK_CHROMIUM"];
  const executablePath = [...(named === undefined ? [] : [named]), ...PLACES].find((path) =>
    existsSync(path),
  );
  if (executablePath !== undefined) {
    // Containers have no user namespaces for its sandbox, and it is shown nothing but our own page.
    return chromium.launch({
      executablePath,
      args: ["--no-sandbox", "--disable-gpu", "--force-color-profile=srgb"],
    });
  }
  if (process.env["CERTLOCK_BROWSER"] === "required")
    throw new Error("No Chromium: apt-get install chromium.");
  process.stderr.write("\n*** NO BROWSER: the HTML report is not looked at; apt-get install chromium. ***\n");
  suite.skip();
}
