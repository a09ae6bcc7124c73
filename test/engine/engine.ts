import { type Engine, findEngine } from "../../tools/engine/find";

let found: Promise<Engine | undefined> | undefined;

/**
 * The engine for a suite. Without one the suite is skipped with a loud line, unless CERTLOCK_ENGINE=required, which
 * makes it a failure: the pipeline sets that, so that nothing is skipped there unseen.
 */
export async function engineFor(suite: Mocha.Context): Promise<Engine> {
  found ??= findEngine(process.env).then(({ engine }) => engine);
  const engine = await found;
  if (engine !== undefined) return engine;
  if (process.env["CERTLOCK_ENGINE"] === "required") throw new Error('No engine: run "npm run engine".');
  process.stderr.write("\n*** NO ENGINE: engine tests skipped; run npm run engine. ***\n");
  suite.skip();
}
