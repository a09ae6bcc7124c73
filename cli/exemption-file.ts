/**
 * The exemptions beside a project, for the report. The pack judges them; here an entry that is not whole is left out.
 */
import { existsSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { parse } from "yaml";
import { z } from "zod";
import type { ExemptionRecord } from "./review/input";

const record = z.object({
  id: z.string(),
  rule: z.string(),
  scope: z.string(),
  owner: z.string(),
  approver: z.string().optional(),
  ticket: z.string(),
  // Without one it is told of all the more.
  expires: z.string().nullish(),
});

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Where the pack looks too: the file that CERTLOCK_EXEMPTIONS names, the one of the settings, exemptions.yaml.
 *
 * @param root folder of Pulumi.yaml
 */
export function exemptionFile(root: string, environment: Environment): string | undefined {
  const named = environment["CERTLOCK_EXEMPTIONS"];
  if (named !== undefined && named !== "") return resolve(root, named);
  const settings = fileBeside(root, "certlock-policies");
  if (settings !== undefined) {
    const { exemptions } = objectIn(settings) as { exemptions?: unknown };
    if (typeof exemptions === "string") return resolve(dirname(settings), exemptions);
  }
  return fileBeside(root, "exemptions");
}

/** The entries of a file that have all that a report says of them; undefined for a file without a list of them. */
export function readExemptionFile(path: string): ExemptionRecord[] | undefined {
  const { exemptions } = objectIn(path) as { exemptions?: unknown };
  if (!Array.isArray(exemptions)) return undefined;
  return exemptions.flatMap((entry: unknown) => {
    const { data } = record.safeParse(entry);
    if (data === undefined) return [];
    const { approver, expires, ...rest } = data;
    return [{ ...rest, ...(approver !== undefined && { approver }), ...(expires != null && { expires }) }];
  });
}

function fileBeside(root: string, name: string): string | undefined {
  return [".yaml", ".yml", ".json"]
    .map((ending) => join(root, name + ending))
    .find((path) => existsSync(path));
}

function objectIn(path: string): object {
  try {
    const content: unknown = parse(readFileSync(path, "utf8"), { maxAliasCount: 100 });
    return typeof content === "object" && content !== null ? content : {};
  } catch {
    return {};
  }
}
