/** What became of SIGINT and SIGTERM; the process itself goes on until the engine has saved its state. */
export interface Interruption {
  /** Give it to engine operations: they are asked to stop when it fires. */
  readonly signal: AbortSignal;
  readonly happened: boolean;
}

/**
 * Takes over SIGINT and SIGTERM. A process that simply died would take the engine's output with it, and the engine
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
  process.on("SIGTERM", () => {
    happened = true;
    controller.abort();
  });
  return {
    signal: controller.signal,
    get happened() {
      return happened;
    },
  };
}
