/** The plan for a pull request, an issue or a page. */
import { code, md as inline } from "../../review/render/markdown-text";
import type { Plan } from "../plan";
import * as words from "./words";

export function markdown(plan: Plan): string {
  const rows = plan.identities.flatMap((identity) =>
    identity.runs.map((run) => ({ identity: identity.name, run })),
  );
  rows.sort((a, b) => a.run.day.localeCompare(b.run.day) || a.identity.localeCompare(b.identity));
  const hardships = plan.identities.flatMap(({ name, gaps }) =>
    gaps.map(({ sentence }) => `- ⚠️ ${inline(name)}: ${inline(sentence)}`),
  );
  const waiting = plan.identities.filter(
    ({ status }) => status === "overdue" || status === "unknown" || status === "by-hand",
  );
  return `${[
    `### ${words.VERDICTS[plan.verdict]} ${inline(plan.sentence)}`,
    words.provenance(plan).map(inline).join(" · "),
    ...plan.notes.map(inline),
    ...hardships,
    ...waiting.map(({ name, sentence }) => `- ${inline(name)}: ${inline(sentence)}`),
    "",
    ...(rows.length === 0
      ? []
      : [
          "| Run | Identity | What | Clients have both until | Not later than |",
          "|---|---|---|---|---|",
          ...rows.map(
            ({ identity, run }) =>
              `| ${run.day} | ${inline(identity)} | ${inline(words.runInWords(run))} | ${run.clients?.until ?? "–"} | ${run.lastSafe ?? "–"} |`,
          ),
        ]),
    "",
    ...words.evidenceLines(plan).map((line) => `- ${inline(line)}`),
    ...plan.identities.flatMap(({ name, notes }) => notes.map((note) => `- ${code(name)}: ${inline(note)}`)),
  ]
    .join("\n")
    .replaceAll(/\n{3,}/g, "\n\n")
    .trimEnd()}\n`;
}
