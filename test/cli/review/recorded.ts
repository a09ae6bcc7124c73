/** What the engine really said in the previews of tools/review, read as the command reads it. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { parseDigest } from "../../../cli/review/digest";
import { parseEvents } from "../../../cli/review/events";
import type { ExemptionRecord, ReviewContext, ReviewInput } from "../../../cli/review/input";

export const RECORDED = join(__dirname, "recorded");

export const SHA = "9f3c2e1d0b7a65544332211009f8e7d6c5b4a392";

/** Names of the recorded previews. */
export const previews = [
  "access-enforced",
  "boundaries",
  "certificate-replaced",
  "certificate-rotated",
  "clean",
  "exemption-expiring",
  "hostile-names",
  "owner-added",
  "pack-missing",
  "preview-crashed",
  "secret-added",
  "tenant-weakened",
] as const;
export type Preview = (typeof previews)[number];

/** The input of a review at the minute it was recorded, as a pipeline on GitHub would give it. */
export function recordedInput(name: Preview, change: Partial<ReviewInput> = {}): ReviewInput {
  const exemptions = exemptionsOf(name);
  return {
    stack: { project: "identities", name: "prod" },
    events: parseEvents(recordedText(name, "events.jsonl")).events,
    digest: parseDigest(recordedText(name, "digest.json")),
    context: contextOf(name),
    ...(exemptions && { exemptions }),
    ...change,
  };
}

export function contextOf(name: Preview): ReviewContext {
  return {
    generatedAt: new Date(recordedText(name, "recorded-at.txt").trim()),
    headSha: SHA,
    runId: "7301",
    runAttempt: "1",
    runUrl: "https://github.com/contoso/identities/actions/runs/7301",
    artifactUrl: "https://github.com/contoso/identities/actions/runs/7301#artifacts",
    repositoryUrl: "https://github.com/contoso/identities",
    host: "github",
    secretsProvider: "azurekeyvault",
    versions: { certlock: "0.1.0", pulumi: "3.255.0" },
  };
}

/** What has been recorded; hostile names get their 64 KB back, which would make the recording a hundred times larger. */
export function recordedText(
  name: Preview,
  file: "events.jsonl" | "digest.json" | "recorded-at.txt",
): string {
  const text = readFileSync(join(RECORDED, name, file), "utf8");
  return name === "hostile-names" ? text.replaceAll("x".repeat(64), "x".repeat(65_536)) : text;
}

function exemptionsOf(name: Preview): ExemptionRecord[] | undefined {
  const file = join(RECORDED, name, "exemptions.yaml");
  if (!existsSync(file)) return undefined;
  return (parse(readFileSync(file, "utf8")) as { exemptions: ExemptionRecord[] }).exemptions;
}
