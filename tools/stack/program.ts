import { createRequire } from "node:module";
import { dirname } from "node:path";

/**
 * Runs a Pulumi program file as the function of an inline program. A program registers its resources while it
 * is loaded, so every call loads it anew, with the modules that stand beside it. Its exports become the
 * stack's outputs, exactly as under the Node language host.
 */
export function programOf(file: string): () => Promise<Record<string, unknown>> {
  return async () => {
    const load = createRequire(__filename);
    for (const path of Object.keys(load.cache)) {
      if (dirname(path) === dirname(file)) Reflect.deleteProperty(load.cache, path);
    }
    const exported: unknown = load(file);
    // A program may export an async function: `export = async () => ({ … })`.
    const outputs: unknown = await (typeof exported === "function"
      ? (exported as () => unknown)()
      : exported);
    return { ...(outputs as Record<string, unknown>) };
  };
}
