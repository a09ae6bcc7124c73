/** What became of SIGINT, SIGTERM, SIGHUP and a closed output; the process itself goes on until the engine has saved its state. */
export interface Interruption {
  /** Give it to engine operations: they are asked to stop when it fires. */
  readonly signal: AbortSignal;
  readonly happened: boolean;
}

/**
 * Takes over the signals that end a process. One that simply died would take the engine's output with it, and the engine
 * would be cut off between the tenant and its state.
 *
 * Ctrl-C in a terminal reaches the engine as well, which then stops by itself; a second signal would make it drop what
 * is on its way. So the engine is asked to stop only where the signal was sent to this process alone.
 */
export function takeOverSignals(terminal: boolean): Interruption {
  const controller = new AbortController();
  let happened = false;
  process.on("SIGINT", () => {
    happened = true;
    if (!terminal) controller.abort();
  });
  const stop = (): void => {
    happened = true;
    controller.abort();
  };
  process.on("SIGTERM", stop).on("SIGHUP", stop);
  // Whoever read the output is gone (`| head`): nobody waits for the rest.
  process.stdout.on("error", stop);
  return {
    signal: controller.signal,
    get happened() {
      return happened;
    },
  };
}
