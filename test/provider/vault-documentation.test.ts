import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as selfRenewing from "../../provider/self-renewing-certificate-values";
import { INPUTS } from "../../provider/vault-certificate-check";
import { COMPUTED } from "../../provider/vault-certificate-values";
import { CERTIFICATES_OFFICER, VAULT_ERROR_CODES } from "../../provider/vault-error";

const ROOT = join(__dirname, "..", "..");
const SHARED = ["vault-address", "vault-certificate-issue", "vault-certificate-values"];

const PAGES = [
  {
    type: "VaultCertificate",
    file: "vault-certificate",
    properties: [...INPUTS, ...COMPUTED],
    sources: [...SHARED, "vault-certificate", "vault-certificate-generation"],
    // The other page leads here for them.
    vaultCodes: VAULT_ERROR_CODES,
  },
  {
    type: "SelfRenewingCertificate",
    file: "self-renewing-certificate",
    properties: [...selfRenewing.INPUTS, ...selfRenewing.COMPUTED],
    sources: [...SHARED, "self-renewing-certificate"],
    vaultCodes: [],
  },
] as const;

for (const { type, file, properties, sources, vaultCodes } of PAGES) {
  const page = readFileSync(join(ROOT, "docs", "resources", `${file}.md`), "utf8");

  describe(`the page of the ${type}`, () => {
    it("names every property and the least role", () => {
      const absent = properties.filter((name) => !page.includes(`\`${name}\``));
      assert.deepEqual(absent, []);
      assert.ok(page.includes(`${CERTIFICATES_OFFICER.name} \`${CERTIFICATES_OFFICER.id}\``));
    });

    it("explains every code a failure can carry, and no other", () => {
      const text = sources
        .map((name) => readFileSync(join(ROOT, "provider", `${name}.ts`), "utf8"))
        .join("\n");
      const thrown = [...text.matchAll(/"(CERTLOCK_[A-Z_]+)"/g)].map(([, code]) => code ?? "");
      const [, table = ""] = page.split("## When it stops");
      const explained = [...table.matchAll(/`((?:CERTLOCK|VAULT)_[A-Z_]+[A-Z])`/g)].map(
        ([, code]) => code ?? "",
      );
      // The id of an import explains itself.
      const expected = new Set([
        ...vaultCodes,
        ...thrown.filter((code) => code !== "CERTLOCK_IMPORT_ID_UNKNOWN"),
      ]);
      assert.deepEqual([...new Set(explained)].sort(), [...expected].sort());
    });
  });
}
