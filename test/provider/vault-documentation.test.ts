import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { INPUTS } from "../../provider/vault-certificate-check";
import { COMPUTED } from "../../provider/vault-certificate-values";
import { CERTIFICATES_OFFICER, VAULT_ERROR_CODES } from "../../provider/vault-error";

const ROOT = join(__dirname, "..", "..");
const page = readFileSync(join(ROOT, "docs", "resources", "vault-certificate.md"), "utf8");

describe("the page of the VaultCertificate", () => {
  it("names every property and the least role", () => {
    const absent = [...INPUTS, ...COMPUTED].filter((name) => !page.includes(`\`${name}\``));
    assert.deepEqual(absent, []);
    assert.ok(page.includes(`${CERTIFICATES_OFFICER.name} \`${CERTIFICATES_OFFICER.id}\``));
  });

  it("explains every code a failure can carry, and no other", () => {
    const sources = [
      "vault-address",
      "vault-certificate",
      "vault-certificate-issue",
      "vault-certificate-values",
    ]
      .map((name) => readFileSync(join(ROOT, "provider", `${name}.ts`), "utf8"))
      .join("\n");
    const thrown = [...sources.matchAll(/"(CERTLOCK_[A-Z_]+)"/g)].map(([, code]) => code ?? "");
    const [, table = ""] = page.split("## When it stops");
    const explained = [...table.matchAll(/`((?:CERTLOCK|VAULT)_[A-Z_]+)`/g)].map(([, code]) => code ?? "");
    // The id of an import explains itself.
    const expected = new Set([
      ...VAULT_ERROR_CODES,
      ...thrown.filter((code) => code !== "CERTLOCK_IMPORT_ID_UNKNOWN"),
    ]);
    assert.deepEqual([...new Set(explained)].sort(), [...expected].sort());
  });
});
