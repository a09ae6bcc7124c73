/** Whatever a resource holds, the search for client secrets ends, soon, and without a crash. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { inspect } from "../../../policies/property";
import { commandPatterns, declarationPatterns } from "../../../policies/secret-commands";
import { ResourceType } from "../../../policies/resource-types";
import { findSecrets, SecretFinding } from "../../../policies/secret-surface";
import { literalsIn, samplesOf, sources } from "../expressions";
import { unknown } from "../harness/wire";
import { canary } from "../rule-cases";

const surfaces = ["input", "settings", "script", "template", "text", "reference", "size"] as const;

function search(props: object, type = "kubernetes:core/v1:ConfigMap"): readonly SecretFinding[] {
  const is = (candidate: ResourceType) => candidate.matches(type);
  return findSecrets({ type, name: "shop", properties: inspect(props), is }, ...surfaces);
}

/** Texts made to keep a matcher busy: beginnings of what is looked for, again and again, and never the end. */
const hostile: Readonly<Record<string, string>> = {
  "one letter": "x",
  "line ends": "\n",
  blanks: " ",
  quotes: '"',
  "escaped quotes": '\\"',
  backslashes: "\\",
  "continued lines": "az \\\n ",
  "the first word of a command": "az ",
  "most of a command": "az ad app credential ",
  "commands without their options": "az login --service-principal ",
  "separated commands": "az;",
  "PowerShell commands without their options": "Connect-AzAccount -ServicePrincipal ",
  "printed commands": "echo az ad\n",
  names: "client_secret",
  "names with separators": "client_secret = ",
  "names without values": "AZURE_CLIENT_SECRET=\n",
  "names with variables": "client_secret=${",
  "names and colons": "secret:",
  "words of a name": "clientSecret.",
  capitals: "aB",
  elements: "<secret>",
  attributes: 'key="secret" ',
  "manifest pairs": "name: secret\n",
  "options that take a name": "--name client_secret ",
  "options in a list": "--client-secret\n - ",
  "lines of two words": "client.secret x\n",
  "sections of a file": "[auth.secret]\n",
  "blocks of a principal": "servicePrincipal { secret: ",
  "elements of pairs": "<name>client.secret</name><value>",
  "calls of builders": '.clientSecret("',
  arguments: "'secret', '",
  addresses: "https://login.",
  "addresses without an end": "https://a.b/",
  "the format of a secret": "aB38Q~",
  base64: "QUJDRA==",
  braces: "{{",
  brackets: "[",
  "nested JSON": '{"a":',
  "Graph addresses": "graph.microsoft.com/",
  "shell substitution": "$(az ",
};

/** The same from what is looked for: for each expression its alternatives one after the other, again and again. */
const derived: ReadonlyMap<string, readonly string[]> = new Map([
  ...sources
    .filter((file) => file.startsWith("secret-"))
    .map((file): [string, string[]] => [
      file,
      literalsIn(file).map(({ expression }) => pieceOf(samplesOf(expression))),
    ]),
  ["commands and declarations", [...commandPatterns, ...declarationPatterns].map(commandPiece)],
]);

/** Where any letters may stand, there stand those that most is made to look for. */
function pieceOf(samples: readonly string[]): string {
  return samples.map((sample) => `${sample.replace(/a{3,}/g, "client_secret")} `).join("");
}

function commandPiece({ start, needs = [], unless }: (typeof commandPatterns)[number]): string {
  const [first = "", ...others] = samplesOf(start);
  const options = [...needs, ...(unless ? [unless] : [])].flatMap(samplesOf);
  return pieceOf([first, ...others, ...options.map((option) => `${first} ${option}`)]);
}

function ofLength(length: number, piece: string): string {
  return piece.repeat(Math.ceil(length / piece.length)).slice(0, length);
}

/** Of the processor, the best of three: what the machine does beside only ever adds. */
function milliseconds(action: () => void, tries = 3): number {
  const times = Array.from({ length: tries }, () => {
    const started = process.cpuUsage();
    action();
    const { user, system } = process.cpuUsage(started);
    return (user + system) / 1000;
  });
  return Math.min(...times);
}

describe("the search for client secrets", () => {
  for (const [what, pieces] of derived) {
    it(`takes time in proportion to the length of a text of what is looked for in ${what}`, function () {
      this.timeout(120_000);
      const slow = [...new Set(pieces)]
        .filter((piece) => piece.trim() !== "")
        .flatMap((piece) => [piece, piece.replaceAll(" ", "\n")])
        .filter((piece) => {
          const text = (length: number) => ({ data: { file: `client_secret ${ofLength(length, piece)}` } });
          const [small, large] = [text(32 * 1024), text(256 * 1024)];
          if (milliseconds(() => search(large), 1) < 150) return false;
          return milliseconds(() => search(large)) > 24 * milliseconds(() => search(small));
        });
      assert.deepEqual(
        slow.map((piece) => piece.slice(0, 60)),
        [],
      );
    });
  }

  /** Ways to give a resource many names that all ask whose they are. */
  const crowds: Readonly<Record<string, (count: number) => object>> = {
    "keys of one object": (count) => ({
      data: Object.fromEntries(
        Array.from({ length: count }, (_, index) => [`client_secret_${index}`, "${x}"]),
      ),
    }),
    "names in one list": (count) => ({
      env: Array.from({ length: count }, (_, index) => ({ name: `client_secret_${index}`, value: "${x}" })),
    }),
    "objects in one list": (count) => ({
      data: Array.from({ length: count }, () => ({ client_secret: "${x}", password: "x" })),
    }),
    "lists in one list": (count) => ({
      data: Array.from({ length: count }, () => ["--client-secret", "${x}"]),
    }),
    "texts with JSON": (count) => ({
      data: Array.from({ length: count }, () => '{"client_secret": "${x}"}'),
    }),
    "lines of one text": (count) => ({ data: { file: "client_secret: ${x}\n".repeat(count) } }),
  };
  for (const [what, crowd] of Object.entries(crowds)) {
    it(`takes time in proportion to the number of ${what}`, function () {
      this.timeout(120_000);
      const [few, many] = [crowd(500), crowd(4_000)];
      search(few);
      const first = milliseconds(() => search(few));
      const second = milliseconds(() => search(many));
      assert.ok(second < Math.max(100, 24 * first), `${first.toFixed(1)} ms became ${second.toFixed(1)} ms`);
    });
  }

  for (const [what, piece] of Object.entries(hostile)) {
    it(`takes time in proportion to the length of a text of ${what}`, function () {
      this.timeout(60_000);
      const [small, large] = [ofLength(128 * 1024, piece), ofLength(1024 * 1024, piece)];
      search({ data: { file: small } });
      const first = milliseconds(() => search({ data: { file: small } }));
      const second = milliseconds(() => search({ data: { file: large } }));
      // Eight times the text; quadratic time would be 64 times. Below 200 ms the machine speaks louder.
      assert.ok(second < Math.max(200, 24 * first), `${first.toFixed(1)} ms became ${second.toFixed(1)} ms`);
    });
  }

  it("takes time in proportion to the number of names", function () {
    this.timeout(60_000);
    const props = (count: number) => ({
      data: Object.fromEntries(
        Array.from({ length: count }, (_, index) => [`client_secret_${index}`, "${x}"]),
      ),
    });
    const [small, large] = [props(500), props(4_000)];
    search(small);
    const first = milliseconds(() => search(small));
    const second = milliseconds(() => search(large));
    assert.ok(second < Math.max(200, 24 * first), `${first.toFixed(1)} ms became ${second.toFixed(1)} ms`);
  });

  it("refuses a resource with more text than it looks at", () => {
    const files = Array.from({ length: 17 }, () => "-".repeat(1_000_000));
    assert.deepEqual(search({ files }), [{ surface: "size", path: "" }]);
  });

  it("refuses a resource with more values than it looks at", () => {
    const values = Array.from({ length: 200_001 }, (_, index) => index);
    assert.deepEqual(search({ values }), [{ surface: "size", path: "" }]);
  });

  it("refuses a resource that is deeper than it looks", () => {
    let value: unknown = "x";
    for (let depth = 0; depth < 5_000; depth++) value = { value };
    assert.deepEqual(search({ value }), [{ surface: "size", path: "" }]);
  });

  it("refuses JSON that is deeper than it looks", () => {
    assert.deepEqual(search({ value: "[".repeat(5_000) + "]".repeat(5_000) }), [
      { surface: "size", path: "" },
    ]);
  });

  it("gives up on texts encoded again and again, without a crash", () => {
    let text = "export AZURE_CLIENT_SECRET=x";
    for (let times = 0; times < 8; times++) text = JSON.stringify(text);
    assert.deepEqual(
      search({ text }).filter(({ surface }) => surface === "size"),
      [],
    );
  });

  it("does not unpack a bomb", () => {
    // 64 MB of zeros in 64 KB.
    // eslint-disable-next-line @typescript-eslint/no-require-imports -- only here
    const { gzipSync } = require("node:zlib") as typeof import("node:zlib");
    const bomb = gzipSync(Buffer.alloc(64 * 1024 * 1024)).toString("base64");
    assert.deepEqual(search({ data: { bomb } }), []);
  });

  it("is not impressed by names that objects inherit", () => {
    const props = JSON.parse(
      '{"__proto__": {"clientSecret": "x"}, "constructor": "x", "toString": {"hasOwnProperty": 1}, "data": {"__proto__": {"AZURE_CLIENT_SECRET": "x"}}}',
    ) as object;
    assert.deepEqual(
      search(props).map(({ path }) => path),
      ["data.__proto__.AZURE_CLIENT_SECRET"],
    );
    assert.equal(({} as Record<string, unknown>)["clientSecret"], undefined);
  });

  const text = fc.oneof(
    fc.string({ unit: "binary", maxLength: 60 }),
    fc.constantFrom(
      ...Object.values(hostile),
      ...Object.values(unknown),
      "[secret]",
      "\ud800",
      "\udc00x",
      canary,
    ),
    fc.constantFrom(
      "AZURE_CLIENT_SECRET",
      "clientSecret",
      "servicePrincipalKey",
      "password",
      "name",
      "value",
      "type",
    ),
    fc.base64String({ maxLength: 60 }),
    fc.json({ maxDepth: 3 }),
  );
  const key = fc.oneof(
    fc.string({ maxLength: 12 }),
    fc.constantFrom(
      "clientSecret",
      "name",
      "value",
      "properties",
      "__proto__",
      "tenantId",
      "passwordCredentials",
    ),
  );
  const { tree } = fc.letrec<{ tree: unknown }>((tie) => ({
    tree: fc.oneof(
      { depthSize: "medium", withCrossShrink: true },
      text,
      fc.constantFrom(null, true, 0, -1.5),
      fc.array(tie("tree"), { maxLength: 4 }),
      fc.dictionary(key, tie("tree"), { maxKeys: 5, noNullPrototype: true }),
      tie("tree").map((value) => JSON.stringify(value)),
      tie("tree").map((value) => Buffer.from(JSON.stringify(value)).toString("base64")),
    ),
  }));

  it("survives anything, and says nothing of what it has read", function () {
    this.timeout(60_000);
    fc.assert(
      fc.property(fc.dictionary(key, tree, { maxKeys: 5, noNullPrototype: true }), (props) => {
        const said = JSON.stringify(search(props, "azure-native:web:WebApp"));
        assert.ok(!said.includes(canary));
      }),
      { numRuns: 2_000 },
    );
  });

  it("says nothing of a secret that stands in place of a name", () => {
    const odd = ["Sup3rS3cretPassw0rd-Value", "kQ7canary8Canary", "QmFzZSBzZWNyZXQgdGV4dA", canary];
    for (const name of odd) {
      for (const props of [
        { data: { [name]: "AZURE_CLIENT_SECRET=abc" } },
        { tags: { [`AZURE_CLIENT_SECRET:${name}`]: "x" } },
        { [name]: { azureClientSecret: "x" } },
      ]) {
        const said = JSON.stringify(search(props));
        assert.ok(said !== "[]" && !said.includes(name) && said.includes("(name left out)"), said);
      }
    }
  });

  it("says names that are names", () => {
    const names = [
      ...[
        "AZURE_CLIENT_SECRET_2",
        "AzureAd__ClientSecret",
        "azuread.client-secret",
        "azureOAuth2ClientSecret",
      ],
      ...["AzureB2C:ClientSecret", "ARM_CLIENT_SECRET", "spring.cloud.azure.credential.client-secret"],
    ];
    for (const name of names)
      assert.deepEqual(
        search({ data: { [name]: "x" } }).map(({ path }) => path),
        [`data.${name}`],
      );
  });

  it("gives the same answer every time", () => {
    fc.assert(
      fc.property(fc.dictionary(key, tree, { maxKeys: 5, noNullPrototype: true }), (props) => {
        assert.deepEqual(search(props), search(props));
      }),
    );
  });
});
