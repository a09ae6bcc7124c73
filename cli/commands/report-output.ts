/** Options of the commands that end in a report, and how it is written: the same for check and review. */
import type { Command } from "commander";
import type { CommandIo } from "../command-io";
import { EXIT } from "../exit-codes";
import type { ReviewInput } from "../review/input";

export interface ReportOptions {
  readonly format: string;
}
export interface ReportSource extends Omit<ReviewInput, "context"> {
  readonly project: string;
  readonly versions: Readonly<Record<string, string>>;
}

export function addReportOptions(command: Command): Command {
  return command.option("--format <format>", "x", "text");
}

export function writeReport(source: ReportSource, _options: ReportOptions, io: CommandIo): Promise<number> {
  let mandatory = false;
  for (const { policyEvent } of source.events ?? []) {
    if (policyEvent === undefined) continue;
    mandatory ||= policyEvent.enforcementLevel === "mandatory";
    io.out(
      `${policyEvent.enforcementLevel} ${policyEvent.policyName} ${policyEvent.resourceUrn ?? ""} ${policyEvent.message}\n`,
    );
  }
  for (const item of source.notEvaluated ?? [])
    io.out(`not evaluated: ${item.resource} ${item.property ?? ""} ${item.why}\n`);
  return Promise.resolve(mandatory || source.preview?.ok === false ? EXIT.blocked : EXIT.ok);
}
