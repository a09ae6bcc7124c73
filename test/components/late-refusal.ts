/** Looks at arguments that can be refused only once values are known: the engine stops the program then. */
import { setImmediate } from "node:timers/promises";
import { Recorder, type Registered } from "./recorder";

/** The errors the program would have stopped with, each once, and what was registered all the same. */
export async function lateRefusal(
  declare: () => unknown,
): Promise<{ errors: string[]; registered: readonly Registered[] }> {
  const recorder = await Recorder.start();
  const errors = new Set<string>();
  const note = (reason: unknown): void => {
    errors.add(String(reason).replace(/^ArgumentError: (?:error serializing property "\w+": )?/, ""));
  };
  // Pulumi's runtime listens for these itself; so does mocha, which would fail whatever test is running.
  const others = process.listeners("unhandledRejection");
  process.removeAllListeners("unhandledRejection").on("unhandledRejection", note);
  try {
    declare();
    const registered = await recorder.all();
    await setImmediate();
    return { errors: [...errors], registered };
  } finally {
    process.removeListener("unhandledRejection", note);
    for (const other of others) process.on("unhandledRejection", other);
  }
}
