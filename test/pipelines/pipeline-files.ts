/** The YAML files of the pipelines, read whole. */
import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { parse } from "yaml";

export type Node = Record<string, unknown>;

const PIPELINES = resolve(__dirname, "../../pipelines");

export interface PipelineFile {
  readonly name: string;
  readonly path: string;
  readonly text: string;
  readonly content: Node;
}

export function pipelineFiles(folder: string): PipelineFile[] {
  return readdirSync(join(PIPELINES, folder))
    .filter((name) => name.endsWith(".yml"))
    .sort()
    .map((name) => {
      const path = join(PIPELINES, folder, name);
      const text = readFileSync(path, "utf8");
      return { name, path, text, content: parse(text) as Node };
    });
}

/** Every value under one of these keys, wherever it stands. */
export function valuesOf(node: unknown, ...keys: readonly string[]): unknown[] {
  if (Array.isArray(node)) return (node as unknown[]).flatMap((item) => valuesOf(item, ...keys));
  if (typeof node !== "object" || node === null) return [];
  return Object.entries(node as Node).flatMap(([key, value]) => [
    ...(keys.includes(key) ? [value] : []),
    ...valuesOf(value, ...keys),
  ]);
}
