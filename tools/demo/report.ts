/** How the demo speaks: one line a step with a mark and its time, a table at the end. */
export interface Printer {
  readonly write: (text: string) => void;
  /** Colour only on a terminal that has not asked for none. */
  readonly colour: boolean;
}

export function printerFor(stream: NodeJS.WriteStream, environment: NodeJS.ProcessEnv): Printer {
  return {
    write: (text) => void stream.write(text),
    colour: stream.isTTY && (environment["NO_COLOR"] ?? "") === "",
  };
}

export type Mark = "done" | "failed";

const MARKS = { done: ["✔", 32], failed: ["✘", 31] } as const;

export function printStep(
  printer: Printer,
  mark: Mark,
  title: string,
  detail: string,
  milliseconds: number,
): void {
  const [sign, colour] = MARKS[mark];
  const painted = printer.colour ? `\u001b[${colour}m${sign}\u001b[0m` : sign;
  const time = `${(milliseconds / 1000).toFixed(1)} s`.padStart(7);
  // What follows the first line of a detail stands below the title.
  printer.write(`${painted} ${time}  ${title}: ${detail.replaceAll("\n", `\n${" ".repeat(11)}`)}\n`);
}

/** A plain table with as wide columns as their content; never cuts a cell. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => (row[column] ?? "").length)),
  );
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join("  ")
      .trimEnd();
  return [line(head), line(widths.map((width) => "─".repeat(width))), ...rows.map(line)].join("\n") + "\n";
}
