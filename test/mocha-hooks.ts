import { stopCompiledPack } from "./policies/harness/compiled-pack";

/**
 * Mocha runs these after everything, or after each file where files run in parallel. A hook in the harness itself
 * would be registered by the first file that imports it only, and stop the pack under the others.
 */
export const mochaHooks = { afterAll: stopCompiledPack };
