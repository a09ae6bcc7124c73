import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { type Node, pipelineFiles } from "../pipelines/pipeline-files";

const ROOT = resolve(__dirname, "../..");
const page = readFileSync(join(ROOT, "docs/pipelines.md"), "utf8");

/** Cells of the table below a heading, without its head. */
function table(heading: string): string[][] {
  const [, section = ""] = page.split(`\n## ${heading}\n`);
  return (section.split("\n## ")[0] ?? "")
    .split("\n")
    .filter((line) => line.startsWith("|"))
    .slice(2)
    .map((line) =>
      line
        .slice(1, -1)
        .split("|")
        .map((cell) => cell.trim()),
    );
}

describe("docs/pipelines.md", () => {
  it("quotes messages as they are", () => {
    const sources = ["cli/post", "pipelines/steps"].flatMap((folder) =>
      readdirSync(join(ROOT, folder)).map((name) => readFileSync(join(ROOT, folder, name), "utf8")),
    );
    const quoted = table("Troubleshooting").map(([message = ""]) => message.replaceAll("`", ""));
    assert.ok(quoted.length >= 15);
    assert.deepEqual(
      quoted.filter((message) => !sources.some((source) => source.includes(message))),
      [],
    );
  });

  it("lists the inputs of the action with their defaults", () => {
    const [action] = pipelineFiles("github");
    const inputs = Object.entries(action?.content["inputs"] as Record<string, Node>);
    const described = new Map(
      table("Inputs of the action").map(([name = "", given = ""]) => [name.replaceAll("`", ""), given]),
    );
    assert.deepEqual(
      [...described.keys()],
      inputs.map(([name]) => name),
    );
    for (const [name, input] of inputs) {
      const { default: given } = input as { default?: string };
      if (given === undefined || given === "" || given.includes("${{")) continue;
      assert.equal(described.get(name), `\`${given}\``);
    }
  });

  it("names the permissions that the workflows take", () => {
    const needed = new Map(
      table("Permissions").map(([who = "", needs = ""]) => [
        who,
        [...needs.matchAll(/`([a-z-]+: \w+)`/g)].map(([, one]) => one),
      ]),
    );
    const taken = (name: string): string[] => {
      const workflow = pipelineFiles("github/workflows").find((file) => file.name === name);
      const [job] = Object.values(
        workflow?.content["jobs"] as Record<string, { permissions: Record<string, string> }>,
      );
      return Object.entries(job?.permissions ?? {}).map(([key, value]) => `${key}: ${value}`);
    };
    assert.deepEqual(needed.get("GitHub token of the review"), taken("pull-request.yml"));
    assert.deepEqual(needed.get("GitHub token of `fork-check.yml`"), taken("fork-check.yml"));
    assert.deepEqual(needed.get("GitHub token of `fork-post.yml`"), taken("fork-post.yml"));
    assert.deepEqual(needed.get("GitHub token of deployment and rotation"), taken("deploy.yml"));
    assert.deepEqual(needed.get("GitHub token of deployment and rotation"), taken("rotation.yml"));
  });

  it("lists every workflow", () => {
    assert.deepEqual(
      table("What runs")
        .map(([name = ""]) => name.replaceAll("`", ""))
        .filter((name) => name.endsWith(".yml"))
        .sort(),
      pipelineFiles("github/workflows").map(({ name }) => name),
    );
  });

  it("links to files that exist", () => {
    const targets = [...page.matchAll(/\]\(([^)#:]+)(?:#[^)]*)?\)/g)].map(([, target]) => String(target));
    assert.ok(targets.length >= 5);
    assert.deepEqual(
      targets.filter((target) => !existsSync(resolve(dirname(join(ROOT, "docs/pipelines.md")), target))),
      [],
    );
  });

  it("is where the messages of the code point to", () => {
    const anchors = new Set(
      [...page.matchAll(/^## (.+)$/gm)].map(([, title]) => String(title).toLowerCase().replaceAll(" ", "-")),
    );
    const pointed = readdirSync(join(ROOT, "cli/post"))
      .flatMap((name) => [
        ...readFileSync(join(ROOT, "cli/post", name), "utf8").matchAll(/docs\/pipelines\.md#([a-z-]+)/g),
      ])
      .map(([, anchor]) => String(anchor));
    assert.ok(pointed.length >= 3);
    assert.deepEqual(
      pointed.filter((anchor) => !anchors.has(anchor)),
      [],
    );
  });
});
