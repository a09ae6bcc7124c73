import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { CredentialVault } from "../../components";
import { Recorder, type Registered, SUBSCRIPTION, valueOf } from "./recorder";
import { refusal } from "./refusal";
import { declareVault as declare, HOST, MINIMAL, STORED, TENANT, VAULT_ID } from "./vault-declaration";

const PIPELINE = "0a0e0000-0000-4000-8000-0000000000b1";
const roles = async (recorder: Recorder): Promise<readonly Registered[]> =>
  (await recorder.all()).filter(({ type }) => type === "azure-native:authorization:RoleAssignment");
const roleId = (id: string): string =>
  `${SUBSCRIPTION}/providers/Microsoft.Authorization/roleDefinitions/${id}`;

describe("grants on a vault", () => {
  /** A vault for a key that is born in it. */
  const empty = (args: object = {}): CredentialVault => {
    return new CredentialVault("billing-nightly", { ...MINIMAL, credentials: {}, ...args });
  };

  it("are none where nobody is named, with a vault that holds nothing yet", async () => {
    const recorder = await Recorder.start();
    const vault = empty();
    assert.deepEqual(
      (await recorder.all()).map(({ type }) => type),
      ["azure-native:keyvault:Vault", "certlock:components:CredentialVault"],
    );
    assert.deepEqual(vault.secretUris, {});
    assert.deepEqual(await valueOf(vault.secretUri("billing-nightly")), {
      value: "https://kv-billing-nightly.vault.azure.net/secrets/billing-nightly",
      secret: false,
    });
  });

  it("let the pipeline issue one certificate and the host read its secret, after it was made", async () => {
    const recorder = await Recorder.start();
    const vault = empty({ readers: { host: { principalId: HOST.toUpperCase() } } });
    const address = vault.grantIssue("billing-nightly", { pipeline: { principalId: PIPELINE } });
    const born = new Born(address);
    vault.grantRead("billing-nightly", { dependsOn: born });
    assert.deepEqual(
      (await roles(recorder)).map(({ name, parent, plain, dependencies }) => ({
        name,
        parent,
        dependencies,
        ...plain,
      })),
      [
        {
          name: "billing-nightly-issuer-billing-nightly-pipeline",
          parent: "billing-nightly",
          dependencies: ["billing-nightly-vault"],
          roleAssignmentName: "8e7780eb-7216-5594-985a-0a396590b41a",
          scope: `${VAULT_ID}/certificates/billing-nightly`,
          principalId: PIPELINE,
          principalType: "ServicePrincipal",
          roleDefinitionId: roleId("a4417e6f-fecd-4de8-b567-7b0420556985"),
        },
        {
          name: "billing-nightly-reader-billing-nightly-host",
          parent: "billing-nightly",
          dependencies: ["billing-nightly-vault", "born"],
          // The same as where the component stores the secret itself: changing over replaces no grant.
          roleAssignmentName: "67649d66-25da-5cda-9418-c6b820112eca",
          scope: `${VAULT_ID}/secrets/billing-nightly`,
          principalId: HOST,
          principalType: "ServicePrincipal",
          roleDefinitionId: roleId("4633458b-17de-408a-b874-0445c86b69e6"),
        },
      ],
    );
    const certificate = (await recorder.all()).find(({ name }) => name === "born");
    assert.deepEqual(certificate?.dependencies, [
      "billing-nightly-issuer-billing-nightly-pipeline",
      "billing-nightly-vault",
    ]);
    assert.deepEqual(certificate.plain, { vaultUri: "https://kv-billing-nightly.vault.azure.net/" });
  });

  it("never reach beyond one object", async () => {
    const recorder = await Recorder.start();
    const vault = declare({ readers: { host: { principalId: HOST } } });
    vault.grantRead("other", { readers: { team: { principalId: TENANT, principalType: "Group" } } });
    vault.grantIssue("other", { pipeline: { principalId: PIPELINE } });
    const scopes = (await roles(recorder)).map(({ plain }) => String(plain["scope"]));
    assert.deepEqual(scopes, [
      `${VAULT_ID}/certificates/other`,
      `${VAULT_ID}/secrets/billing-nightly`,
      `${VAULT_ID}/secrets/other`,
    ]);
  });

  it("are named by what they give: the same on every run, different for each principal and object", async () => {
    const names = async (): Promise<unknown[]> => {
      const recorder = await Recorder.start();
      const vault = declare({
        readers: { host: { principalId: HOST }, team: { principalId: TENANT, principalType: "Group" } },
      });
      vault.grantRead("other");
      vault.grantIssue("billing-nightly", { host: { principalId: HOST } });
      return (await roles(recorder)).map(({ inputs }) => inputs["roleAssignmentName"]);
    };
    const once = await names();
    assert.deepEqual(once, await names());
    assert.equal(new Set(once).size, 5);
    for (const name of once) assert.match(String(name), /^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab]/);
  });

  it("know a reader and a secret again in other letters, as Azure does", async () => {
    const assignment = async (secretName: string, principalId: string) => {
      const recorder = await Recorder.start();
      declare({ credentials: { [secretName]: STORED }, readers: { host: { principalId } } });
      const [role] = await roles(recorder);
      return [role?.inputs["roleAssignmentName"], role?.inputs["principalId"]];
    };
    const declared = await assignment("billing-nightly", HOST);
    assert.equal(declared[1], HOST);
    assert.deepEqual(await assignment("billing-nightly", HOST.toUpperCase()), declared);
    assert.deepEqual(await assignment("Billing-Nightly", HOST), declared);
  });

  it("are refused twice, and to nobody in particular, before any is made", async () => {
    const attempt = async (grant: (vault: CredentialVault) => void): Promise<string[]> => {
      const recorder = await Recorder.start();
      const vault = declare({ readers: { host: { principalId: HOST } } });
      const before = (await roles(recorder)).length;
      const problems = await refusal(() => {
        grant(vault);
      });
      assert.equal((await roles(recorder)).length, before);
      return problems;
    };
    assert.deepEqual(
      await attempt((vault) => {
        vault.grantRead("billing-nightly");
      }),
      ['readers["host"] duplicate'],
    );
    assert.deepEqual(
      await attempt((vault) => {
        vault.grantIssue("bad name", { x: { principalId: "x", principalType: "Device" as "User" } });
      }),
      ["name invalid-name", 'issuers["x"].principalId invalid-id', 'issuers["x"].principalType out-of-range'],
    );
  });
});

/** Stands for whatever puts a certificate into the vault. */
class Born extends pulumi.CustomResource {
  constructor(vaultUri: pulumi.Input<string>) {
    super("test:index:Born", "born", { vaultUri });
  }
}
