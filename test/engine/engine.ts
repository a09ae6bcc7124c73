import { type Engine, findEngine } from "../../cli/engine/find";
import { isolateProcess } from "../../tools/stack/environment";

/** The environment the tests were started in; what runs on the sandbox must not see it. */
const started = { ...process.env };
let found: Promise<Engine | undefined> | undefined;

/**
 * The engine for a suite. Without one the suite is skipped with a loud line, unless CERTLOCK_ENGINE=required, which
 * makes it a failure: the pipeline sets that, so that nothing is skipped there unseen.
 */
export async function engineFor(suite: Mocha.Context): Promise<Engine> {
  found ??= findEngine(started).then(({ engine }) => engine);
  isolateProcess(process.env);
  const engine = await found;
  if (engine !== undefined) return engine;
  if (started["CERTLOCK_ENGINE"] === "required") throw new Error('No engine: run "npm run engine".');
  process.stderr.write("\n*** NO ENGINE: engine tests skipped; run npm run engine. ***\n");
  suite.skip();
}
