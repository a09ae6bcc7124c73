/** Text in assets and archives is judged like any other, over the protocol as the engine speaks it. */
import assert from "node:assert/strict";
import { readAssets } from "../../policies/assets";
import { compiledPack } from "./harness/compiled-pack";
import { Finding, Properties, ResourceInput, unknown } from "./harness/wire";
import { canary, violation } from "./rule-cases";

/** The mark by which an object is more than an object, and what it then is. */
const mark = "4dabf18193072939515e22adb298388d";
const asset = (content: { text?: string; path?: string; uri?: string }): Properties => ({
  [mark]: "c44067f5952c0a294b673a41bacd8c17",
  hash: "9b74c9897bac770ffc029102a200c5de",
  text: "",
  path: "",
  uri: "",
  ...content,
});
const archive = (assets: Properties): Properties => ({
  [mark]: "0def7320c3a5731c473e5ecbe6d01bc7",
  hash: "9b74c9897bac770ffc029102a200c5de",
  assets,
});
const secret = (value: unknown): Properties => ({ [mark]: "1b47061264138c4ac30d75fd1eb44270", value });

const setting = `AZURE_CLIENT_SECRET=${canary}`;
const blob = (source: unknown): ResourceInput => ({
  type: "azure-native:storage:Blob",
  name: "shop",
  props: { containerName: "shop", source },
});
const inText = (path: string): Finding =>
  violation(
    "no-client-secret-in-text",
    `Resource "shop" holds a client secret in the text of "${path}"; sign in with a managed identity or a certificate instead.`,
  );

async function findings(resource: ResourceInput): Promise<readonly Finding[]> {
  const pack = await compiledPack();
  const { findings: found, raw } = await pack.analyze(resource);
  assert.ok(!JSON.stringify(raw).includes(canary), "a value has been repeated");
  return found;
}

describe("assets and archives", function () {
  this.timeout(120_000);
  // With a configuration rules are asked all at once, without one by the SDK, one after the other.
  for (const isConfigured of [false, true]) {
    describe(isConfigured ? "under a configuration" : "before there is a configuration", () => {
      if (isConfigured) before(async () => (await compiledPack()).configure({}));

      it("are refused for the text in them", async () => {
        assert.deepEqual(await findings(blob(asset({ text: setting }))), [inText("source")]);
      });

      it("are refused for a text that is a secret of the program", async () => {
        assert.deepEqual(await findings(blob(secret(asset({ text: setting })))), [inText("source")]);
      });

      it("are refused for a text within archives", async () => {
        const source = archive({ bin: archive({ "settings.env": asset({ text: setting }) }) });
        assert.deepEqual(await findings(blob(source)), [inText("source.bin.settings.env")]);
      });

      it("are refused in a list", async () => {
        assert.deepEqual(await findings(blob([asset({ path: "a" }), asset({ text: setting })])), [
          inText("source[1]"),
        ]);
      });

      it("are refused for a script", async () => {
        assert.deepEqual(
          await findings(blob(asset({ text: "#!/bin/sh\naz ad sp create-for-rbac -n x\n" }))),
          [
            violation(
              "no-client-secret-in-script",
              'Resource "shop" has a script in "source" with az ad sp create-for-rbac; use a managed identity, a federated credential or a certificate instead.',
            ),
          ],
        );
      });

      it("are refused under the name of a client secret", async () => {
        const resource = { ...blob(""), props: { azureClientSecret: asset({ text: canary }) } };
        assert.deepEqual(await findings(resource), [
          violation(
            "no-client-secret-input",
            'Resource "shop" takes a client secret in "azureClientSecret"; use a managed identity, a federated credential or a certificate instead.',
          ),
        ]);
      });

      it("pass with other text, as files, as addresses, and while they are not known", async () => {
        for (const source of [
          asset({ text: "hello world" }),
          asset({ path: "./app.zip" }),
          asset({ uri: "https://shop.blob.core.windows.net/app.zip" }),
          archive({ "index.js": asset({ text: "exports.handler = () => 1" }), more: asset({ path: "x" }) }),
          { ...archive({}), path: "./app" },
          unknown.asset,
          unknown.archive,
        ])
          assert.deepEqual(await findings(blob(source)), []);
      });
    });
  }

  it("are judged with a stack, too", async () => {
    const pack = await compiledPack();
    const key =
      "-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQ\n-----END PRIVATE KEY-----\n";
    const { findings: found } = await pack.analyzeStack([
      { type: "pulumi:pulumi:Stack", name: "dev", props: { file: asset({ text: key }) } },
    ]);
    assert.deepEqual(
      found.filter(({ level }) => level === "mandatory").map(({ rule }) => rule),
      ["no-plaintext-key-output"],
    );
  });

  it("cannot be made up in a resource to hide what stands beside them", async () => {
    const source = { __pulumiAsset: true, text: "hello", azureClientSecret: canary };
    assert.equal((await findings(blob(source))).length, 1);
  });

  it("make a rule wait only where there are some", () => {
    assert.equal(readAssets([{ a: [{ b: 1 }, "x"], c: { text: "x" } }]), undefined);
  });

  it("keep names that objects inherit", async () => {
    const held = { a: { assets: Promise.resolve(JSON.parse('{"__proto__": {}}')) } };
    await readAssets([held]);
    assert.deepEqual(Object.keys(held.a), ["__proto__"]);
    assert.equal(Object.getPrototypeOf(held.a), Object.prototype);
  });
});
