/** A page of docs/rules for the terminal: headings and code stand out, links say which command shows the other page. */

const BOLD = "\u001b[1m";
const DIM = "\u001b[2m";
const CYAN = "\u001b[36m";
const RESET = "\u001b[0m";

export function pageForTerminal(page: string, colour: boolean): string {
  const paint = (style: string, text: string): string => (colour ? `${style}${text}${RESET}` : text);
  const lines: string[] = [];
  let isCode = false;
  for (const line of withoutComments(page).split("\n")) {
    if (line.startsWith("```")) {
      isCode = !isCode;
    } else if (isCode) {
      lines.push(line === "" ? "" : `    ${paint(DIM, line)}`);
    } else if (/^\|[\s|:-]+\|$/.test(line)) {
      // The line below the head of a table, or its empty head.
    } else if (line.startsWith("|")) {
      lines.push(tableRow(line, (text) => inline(text, paint)));
    } else {
      const heading = /^#+ (.+)$/.exec(line)?.[1];
      lines.push(heading === undefined ? inline(line, paint) : paint(BOLD, heading));
    }
  }
  return (
    lines
      .join("\n")
      .replaceAll(/\n{3,}/g, "\n\n")
      .trimEnd() + "\n"
  );
}

function withoutComments(page: string): string {
  return page.replaceAll(/<!--[\s\S]*?-->\n?/g, "");
}

function tableRow(line: string, format: (text: string) => string): string {
  const cells = line.slice(1, -1).split(/(?<!\\)\|/);
  // Widths are those of the page, which is aligned already.
  return cells
    .map((cell) => format(cell))
    .join(" ")
    .trimEnd();
}

function inline(text: string, paint: (style: string, text: string) => string): string {
  return text
    .replaceAll(/`([^`]+)`/g, (_whole, code: string) => paint(CYAN, code))
    .replaceAll(/<(https?:[^>]+)>/g, "$1")
    .replaceAll(/\[([^\]]+)\]\(([\w-]+)\.md\)/g, (_whole, label: string, rule: string) =>
      label === rule ? label : `${label} (${rule})`,
    )
    .replaceAll(/\[([^\]]+)\]\(([^)]+)\)/g, "$1 ($2)")
    .replaceAll(/\*\*([^*]+)\*\*/g, (_whole, strong: string) => paint(BOLD, strong));
}
