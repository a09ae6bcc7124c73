/** Looks at arguments that can be refused only once values are known: the engine stops the program then. */
import { EventEmitter, once } from "node:events";
import { setImmediate } from "node:timers/promises";
import { Recorder, type Registered } from "./recorder";

/** The errors the program would have stopped with, each once, and what was registered all the same. */
export async function lateRefusal(
  declare: () => unknown,
): Promise<{ errors: string[]; registered: readonly Registered[] }> {
  return lateRefusalAfter(declare, (recorder) => recorder.all());
}

/** The same where others wait for what is refused: those never end, so the first error is what is waited for. */
export function lateRefusalOfMany(declare: () => unknown): ReturnType<typeof lateRefusal> {
  return lateRefusalAfter(declare, async (recorder, refused) => {
    await refused;
    const registered = recorder.soFar;
    // Another engine, for which nobody waits: Pulumi makes processes fail that end with something waiting.
    await Recorder.start();
    return registered;
  });
}

async function lateRefusalAfter(
  declare: () => unknown,
  settle: (recorder: Recorder, refused: Promise<unknown>) => Promise<readonly Registered[]>,
): ReturnType<typeof lateRefusal> {
  const recorder = await Recorder.start();
  const errors = new Set<string>();
  const news = new EventEmitter();
  const refused = once(news, "refused");
  const note = (reason: unknown): void => {
    errors.add(String(reason).replace(/^ArgumentError: (?:error serializing property "\w+": )?/, ""));
    news.emit("refused");
  };
  // Pulumi's runtime listens for these itself; so does mocha, which would fail whatever test is running.
  const others = process.listeners("unhandledRejection");
  process.removeAllListeners("unhandledRejection").on("unhandledRejection", note);
  try {
    declare();
    const registered = await settle(recorder, refused);
    await setImmediate();
    return { errors: [...errors], registered };
  } finally {
    process.removeListener("unhandledRejection", note);
    for (const other of others) process.on("unhandledRejection", other);
  }
}
