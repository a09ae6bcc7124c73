/** What a command may touch of the process it runs in; tests give their own. */
import type { Command } from "commander";

export interface CommandIo {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly workingFolder: string;
  readonly now: () => Date;
  /** All of standard input, for a file named "-"; undefined where there is none. */
  readonly input?: () => Promise<Buffer>;
  /** What was asked for: reports, pages, scripts. */
  readonly out: (text: string) => void;
  /** Progress and complaints. */
  readonly err: (text: string) => void;
  /** Whether `out` may be coloured: a terminal, and nobody has set NO_COLOR. */
  readonly colour: boolean;
  /** Columns of the terminal `out` goes to; undefined where it is none. */
  readonly width?: number;
  /** Fires when the command is to stop; it cleans up and ends. */
  readonly signal: AbortSignal;
  /** Says how the process ends; 0 without it. */
  readonly exit: (code: number) => void;
}

/** Adds a command to the program; one file in `commands/` exports one. */
export type Register = (program: Command, io: CommandIo) => void;
