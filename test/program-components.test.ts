/** The program with everything its configuration can ask for. */
import assert from "node:assert/strict";
import { DEPLOYER, idOf, Recorder } from "./components/recorder";
import { load } from "./loaded-program";
import { issueCertificate } from "./policies/certificates";

const TODAY = new Date().toISOString().slice(0, 10);

describe("the program", () => {
  it("offers every component: shared networks, risk, permissions, identities, keys born in a vault or kept elsewhere", async () => {
    const recorder = await Recorder.start();
    const { pem } = await issueCertificate("rsa2048", 3000, new Date());
    const contact = {
      team: "Finance platform",
      repository: "https://github.com/contoso/identities",
      ticket: "FIN-1",
    };
    const described = (name: string) => ({ name, description: `The ${name} of contoso`, contact });
    load({
      "certlock-tenant:conditionalAccess": {
        networks: { offices: { ranges: ["198.51.100.0/24"], mode: "enforced" } },
        risk: { levels: ["high"] },
      },
      "certlock-tenant:vaults": { sku: "premium", softDeleteDays: 30, tags: { stage: "prod" } },
      "certlock-tenant:identities": [{ name: "host", graphRoles: ["User.Read.All"] }],
      "certlock-tenant:applications": [
        {
          ...described("one"),
          networks: "offices",
          graphRoles: [{ role: "Application.ReadWrite.All", reason: "registers the others" }],
          certificate: { key: "vault", vault: "kv-one", readers: ["host"], rotation: { epoch: TODAY } },
        },
        {
          ...described("two"),
          networks: "offices",
          ownership: "none",
          certificate: { key: "external", certificates: [pem] },
        },
        {
          ...described("three"),
          networks: ["203.0.113.0/24", "192.0.2.0/24"],
          federation: { identity: "host" },
        },
        {
          ...described("four"),
          networks: ["192.0.2.0/24", "203.0.113.0/24"],
          federatedCredentials: {
            plan: {
              terraformCloud: { organization: "contoso", workspace: "net", project: "hub", runPhase: "plan" },
            },
            cluster: {
              kubernetes: { issuer: "https://oidc.example.com/", namespace: "a", serviceAccount: "b" },
            },
          },
        },
        {
          ...described("five"),
          signInAudience: "AzureADMultipleOrgs",
          federation: { gitlab: { project: "contoso/net", branch: "main" } },
        },
      ],
    });
    const registered = await recorder.all();
    const of = (type: string) =>
      registered.filter((one) => one.type.endsWith(`:${type}`)).map(({ name }) => name);
    const inputs = (name: string): Readonly<Record<string, unknown>> =>
      registered.find((one) => one.name === name)?.inputs ?? assert.fail(`no ${name}`);
    const targets = (name: string): unknown => {
      const { conditions, state } = inputs(name) as {
        readonly state: string;
        readonly conditions: { readonly clientApplications: { readonly includedServicePrincipals: unknown } };
      };
      return [state, conditions.clientApplications.includedServicePrincipals];
    };
    const principals = (...names: string[]) =>
      names.map((name) =>
        idOf("azuread:index/servicePrincipal:ServicePrincipal", `${name}-service-principal`),
      );
    assert.deepEqual(of("ConditionalAccessPolicy"), [
      "applications-at-risk-policy",
      "offices-policy",
      "three-policy",
    ]);
    assert.deepEqual(of("NamedLocation"), ["offices-location", "three-location"]);
    const reportOnly = "enabledForReportingButNotEnforced";
    assert.deepEqual(targets("offices-policy"), ["enabled", principals("one", "two")]);
    assert.deepEqual(targets("three-policy"), [reportOnly, principals("three", "four")]);
    assert.deepEqual(targets("applications-at-risk-policy"), [
      reportOnly,
      principals("one", "two", "three", "four"),
    ]);
    assert.deepEqual(of("AppRoleAssignment"), [
      "host-role-User.Read.All",
      "one-role-Application.ReadWrite.All",
    ]);
    assert.match(
      String(inputs("one-registration")["notes"]),
      /^Owner: Finance platform\n[^]*registers the others$/,
    );
    assert.deepEqual(
      of("ApplicationOwner").filter((name) => name.startsWith("two-")),
      [],
    );
    // The key is born in the vault: the pipeline makes it, the host's identity reads it, and the stack holds none.
    assert.deepEqual(
      ["one-issuer-one-pipeline", "one-reader-one-host"].map((name) => inputs(name)["principalId"]),
      [DEPLOYER, idOf("azure-native:managedidentity:UserAssignedIdentity", "host-identity")],
    );
    assert.deepEqual(
      [of("PrivateKey"), of("Secret"), of("VaultCertificate")],
      [[], [], ["one-certificate-g1"]],
    );
    const { properties, tags } = inputs("one-vault") as {
      readonly properties: {
        readonly sku: { readonly name: string };
        readonly softDeleteRetentionInDays: number;
      };
      readonly tags: object;
    };
    assert.deepEqual(
      [properties.sku.name, properties.softDeleteRetentionInDays, tags],
      ["premium", 30, { stage: "prod", owner: "Finance platform", rotation: "by deployment" }],
    );
    assert.deepEqual(of("ApplicationFederatedIdentityCredential"), [
      "five-credential",
      "four-cluster-credential",
      "four-plan-credential",
      "three-credential",
    ]);
    assert.equal(
      inputs("three-credential")["subject"],
      idOf("azure-native:managedidentity:UserAssignedIdentity", "host-identity"),
    );
  });
});
