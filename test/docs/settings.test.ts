/** The page about settings: its examples are configurations, and its tables know every key. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { parse } from "yaml";
import { readSettings, SettingsError } from "../../settings";
import { issueCertificate } from "../policies/certificates";
import { configOf, type Json, valid } from "../settings/configuration";

const page = readFileSync(resolve(__dirname, "../../docs/settings.md"), "utf8");

describe("the page about settings", () => {
  it("shows a configuration that is accepted", async () => {
    const { der } = await issueCertificate("rsa2048", 3000, new Date());
    const blocks = [...page.matchAll(/^```yaml\n([\s\S]*?)^```$/gm)].map(
      ([, text = ""]) =>
        parse(text.replace("MII…", der.toString("base64"))) as Json & { readonly applications?: unknown[] },
    );
    assert.equal(blocks.length, 5);
    // All of them together are one tenant; only one half of the vaults' network fits a key that is born there.
    const applications = blocks.flatMap((block) => block.applications ?? []);
    const { vaults, ...others } = Object.assign({}, ...blocks) as Json;
    assert.equal(readSettings(configOf({ ...valid, ...others, applications })).applications.length, 6);
    assert.deepEqual(readSettings(configOf({ ...valid, vaults })).vaults, vaults);
  });

  it("knows every key, also where a misspelt one is answered with what there is", () => {
    const unknown = (change: Json): readonly string[] => {
      try {
        readSettings(configOf({ ...valid, ...change }));
      } catch (error) {
        if (error instanceof SettingsError)
          return error.problems
            .filter(({ code }) => code === "unknown-key")
            .flatMap(({ allowed }) => allowed.replace(/^the (?:keys|options) /, "").split(", "));
      }
      return assert.fail("nothing was refused");
    };
    const certificate = (key: string) => ({ key, vault: "kv-any", vaultt: 1 });
    const keys = [
      { x: 1 },
      { vaults: { x: 1 } },
      { conditionalAccess: { x: 1, networks: { any: { x: 1, ranges: [] } }, risk: { x: 1 } } },
      { identities: [{ name: "any", x: 1 }] },
      { applications: [{ x: 1, certificate: certificate("tls"), contact: { x: 1 } }] },
      { applications: [{ certificate: certificate("vault") }, { certificate: certificate("external") }] },
      { applications: [{ federation: { x: 1, github: {} } }] },
    ].flatMap(unknown);
    assert.ok(keys.length > 60, String(keys.length));
    for (const key of keys)
      assert.ok(page.includes(`\`${key}\``) || page.includes(`${key}:`), `${key} is missing`);
  });
});
