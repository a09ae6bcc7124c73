import { buildEngine } from "./build";
import { downloadEngine } from "./download";
import { type Engine, findEngine } from "./find";
import type { Environment } from "./places";
import { ENGINE_VERSION } from "./version";

/** No engine on this machine and no way to one; the process ends with exit code 3. */
export class EngineMissingError extends Error {
  readonly code = "ENGINE_MISSING";
  readonly exitCode = 3;
  /** What was looked at and why it did not serve. */
  readonly tried: readonly string[];

  constructor(tried: readonly string[]) {
    super(
      `No Pulumi engine ${ENGINE_VERSION} or newer was found and none could be had: install Pulumi ` +
        `(https://www.pulumi.com/docs/install/) so that "pulumi" is on PATH, or set PULUMI_HOME to a folder that holds ` +
        `versions/${ENGINE_VERSION}/bin/pulumi, or install Go 1.25.11 or newer and run "certlock engine" ("npm run engine" in the repository) again.`,
    );
    this.name = "EngineMissingError";
    this.tried = tried;
  }
}

export interface ProvideOptions {
  readonly environment: Environment;
  readonly report: (line: string) => void;
  readonly signal?: AbortSignal;
}

/**
 * Finds Pulumi's engine or provides it: PATH, `PULUMI_HOME/versions/<V>/bin`, an engine built earlier, the
 * official npm package, a build from Pulumi's Go modules.
 *
 * @throws EngineMissingError when all of that fails.
 */
export async function provideEngine(options: ProvideOptions): Promise<Engine> {
  const { environment, report, signal } = options;
  const found = await findEngine(environment);
  const tried = [...found.passedOver];
  for (const sentence of tried) report(sentence);
  if (found.engine !== undefined) return found.engine;

  const ways = [
    () => downloadEngine(environment, report, signal),
    () => buildEngine({ environment, report, ...(signal === undefined ? {} : { signal }) }),
  ];
  for (const way of ways) {
    const engine = await way();
    if (typeof engine === "object") return engine;
    tried.push(engine);
    report(engine);
    signal?.throwIfAborted();
  }
  throw new EngineMissingError(tried);
}
