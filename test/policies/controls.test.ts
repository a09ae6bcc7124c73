/** The controls that rules name: only ones that have been looked up, under the ids their framework gives them. */
import assert from "node:assert/strict";
import { Rule, rules } from "../../policies/catalogue";

/** What each framework calls its controls. A tag of the form `<framework>:<control>` has to be among them. */
const controls: Readonly<Record<string, readonly string[]>> = {
  // Azure Landing Zones: policy set definitions of Azure/Enterprise-Scale.
  alz: ["Enforce-Guardrails-KeyVault_20260203", "Enforce-Guardrails-Automation"],
  // Checkov: "Ensure Azure GitHub Actions OIDC trust policy is configured securely".
  checkov: ["CKV_AZURE_249"],
  // CIS Microsoft Azure Foundations Benchmark 6.0: vault log, expiry of secrets, purge protection, role-based access.
  "cis-azure-6": ["6.1.1.4", "8.3.3", "8.3.5", "8.3.6"],
  // CIS Microsoft 365 Foundations Benchmark 7.0.0: secrets blocked, short, made by Entra; certificates of 180 days.
  "cis-m365-7": ["5.1.5.3", "5.1.5.4", "5.1.5.5", "5.1.5.6"],
  cve: ["CVE-2021-42306"],
  // Names and error codes of Microsoft Graph.
  graph: ["KeyCredentialsInvalidEndDate", "symmetricKeyAddition", "trustedCertificateAuthority"],
  // Maester: app management policy on, no role with a secret, no secrets, certificates of at most 365 days.
  maester: ["MT.1002", "MT.1027", "MT.1057", "MT.1198"],
  // Microsoft cloud security benchmark: certificates, exposed secrets, logs, least privilege.
  mcsb: ["DP-7", "IM-8", "LT-3", "PA-7"],
  "nist-800-53": ["CA-5", "CM-8"],
  // CISA SCuBA baseline for Microsoft Entra ID: secrets blocked, secrets of 180 days, certificates of 365 days.
  scuba: ["MS.AAD.5.5v1", "MS.AAD.5.6v1", "MS.AAD.5.7v1"],
  // Zero Trust Assessment: secrets, long certificates, policy, roles, owners, workload access, rotation.
  zta: ["21772", "21773", "21775", "21836", "21867", "21883", "21884", "21992"],
};

const all: readonly Rule[] = rules;

describe("the controls that rules name", () => {
  it("are ones that exist", () => {
    const strangers = all.flatMap(({ id, tags }) =>
      tags
        .map((tag) => tag.split(":"))
        .filter(
          ([framework = "", control]) => control !== undefined && !controls[framework]?.includes(control),
        )
        .map((tag) => `${id}: ${tag.join(":")}`),
    );
    assert.deepEqual(strangers, []);
  });

  it("are each served by a rule", () => {
    const served = new Set(all.flatMap(({ tags }) => tags));
    const listed = Object.entries(controls).flatMap(([framework, ids]) =>
      ids.map((id) => `${framework}:${id}`),
    );
    assert.deepEqual(
      listed.filter((tag) => !served.has(tag)),
      [],
    );
  });
});
