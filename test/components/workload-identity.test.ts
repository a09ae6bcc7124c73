import assert from "node:assert/strict";
import { SecretFreeApplication, WorkloadIdentity, type WorkloadIdentityArgs } from "../../components";
import { nameBasedGuid } from "../../components/guid";
import { judged } from "./judged-by-guard";
import { idOf, Recorder, type Registered, SUBSCRIPTION, valueOf } from "./recorder";
import { refusal } from "./refusal";

const STORAGE_BLOB_DATA_READER = "2a2b9908-6ea1-4ae2-8e65-a410df84e7d1";
const OWNER = "8e3af657-a8ff-443c-a75c-2fe8c4bcb635";
const SCOPE = `${SUBSCRIPTION}/resourceGroups/rg-data/providers/Microsoft.Storage/storageAccounts/invoices`;
const reader = { role: STORAGE_BLOB_DATA_READER, scope: SCOPE };
const pods = (serviceAccount: string) => ({
  kubernetes: { issuer: "https://oidc.example.com/", namespace: "billing", serviceAccount },
});

const declare = (args: Partial<WorkloadIdentityArgs> | object = {}): WorkloadIdentity =>
  new WorkloadIdentity("archive", { resourceGroupName: "rg-identities", ...args });
const outline = ({ type, name, parent, inputs }: Registered) => ({ type, name, parent, inputs });
const principalId = idOf("azure-native:managedidentity:UserAssignedIdentity", "archive-identity");

describe("WorkloadIdentity", () => {
  it("registers exactly the identity, its roles, its permissions and its callers", async () => {
    const recorder = await Recorder.start();
    const identity = declare({
      location: "westeurope",
      tags: { team: "finance" },
      roles: { invoices: reader },
      graphRoles: ["User.Read.All"],
      federatedCredentials: { run: pods("run"), report: pods("report") },
    });
    const credential = (name: string) => ({
      type: "azure-native:managedidentity:FederatedIdentityCredential",
      name: `archive-federated-${name}`,
      parent: "archive",
      inputs: {
        federatedIdentityCredentialResourceName: name,
        resourceName: "archive",
        resourceGroupName: "rg-identities",
        issuer: "https://oidc.example.com/",
        subject: `system:serviceaccount:billing:${name}`,
        audiences: ["api://AzureADTokenExchange"],
      },
    });
    assert.deepEqual((await recorder.all()).map(outline), [
      {
        type: "azure-native:authorization:RoleAssignment",
        name: "archive-role-invoices",
        parent: "archive",
        inputs: {
          roleAssignmentName: nameBasedGuid(SCOPE.toLowerCase(), principalId, STORAGE_BLOB_DATA_READER),
          scope: SCOPE,
          principalId,
          principalType: "ServicePrincipal",
          roleDefinitionId: `${SUBSCRIPTION}/providers/Microsoft.Authorization/roleDefinitions/${STORAGE_BLOB_DATA_READER}`,
        },
      },
      credential("report"),
      credential("run"),
      {
        type: "azure-native:managedidentity:UserAssignedIdentity",
        name: "archive-identity",
        parent: "archive",
        inputs: {
          resourceName: "archive",
          resourceGroupName: "rg-identities",
          location: "westeurope",
          tags: { team: "finance" },
        },
      },
      {
        type: "azuread:index/appRoleAssignment:AppRoleAssignment",
        name: "archive-role-User.Read.All",
        parent: "archive",
        inputs: {
          appRoleId: "df021288-bdef-4463-88db-98f22de89214",
          principalObjectId: principalId,
          resourceObjectId: idOf("Microsoft Graph"),
        },
      },
      { type: "certlock:components:WorkloadIdentity", name: "archive", parent: "", inputs: {} },
    ]);
    assert.deepEqual(await valueOf(identity.principalId), { value: principalId, secret: false });
    assert.deepEqual(await valueOf(identity.clientId), {
      value: idOf("client", "archive-identity"),
      secret: false,
    });
  });

  it("registers one resource where nothing more is asked for: no key, no application, no role", async () => {
    const recorder = await Recorder.start();
    declare();
    assert.deepEqual(
      (await recorder.all()).map(({ name }) => name),
      ["archive-identity", "archive"],
    );
  });

  it("writes its callers one after the other, as Azure refuses two at once", async () => {
    const recorder = await Recorder.start();
    declare({ federatedCredentials: { run: pods("run"), report: pods("report"), sum: pods("sum") } });
    const waits = (await recorder.all())
      .filter(({ name }) => name.includes("-federated-"))
      .map(({ name, dependencies }) => [name, dependencies.filter((each) => each.includes("-federated-"))]);
    assert.deepEqual(waits, [
      ["archive-federated-report", ["archive-federated-run"]],
      ["archive-federated-run", []],
      ["archive-federated-sum", ["archive-federated-report"]],
    ]);
  });

  it("serves as the only credential of an application", async () => {
    const recorder = await Recorder.start();
    new SecretFreeApplication("archive-app", {
      description: "Writes invoices to the archive of the finance team",
      ownership: "none",
      federatedCredentials: { archive: { managedIdentity: declare() } },
    });
    const registered = await recorder.all();
    const credential = registered.find(({ name }) => name === "archive-app-federated-archive");
    assert.deepEqual(
      [credential?.inputs["issuer"], credential?.inputs["subject"], credential?.inputs["audiences"]],
      [
        `https://login.microsoftonline.com/${idOf("tenant")}/v2.0`,
        principalId,
        ["api://AzureADTokenExchange"],
      ],
    );
    const noOwners = { "application-owners": { options: { minOwners: 0 } } };
    assert.deepEqual(await judged(registered, ["application-", "federated-", "no-"], noOwners), []);
    assert.deepEqual(
      registered.filter(({ type }) => /certificate|password|secret:/i.test(type)),
      [],
    );
  });

  it("says why a privileged role was given, where the role is assigned", async () => {
    const reason = "creates resource groups for every new project";
    const recorder = await Recorder.start();
    declare({ roles: { projects: { role: OWNER.toUpperCase(), scope: SUBSCRIPTION, reason } } });
    const assignment = (await recorder.all()).find(({ name }) => name === "archive-role-projects");
    assert.equal(assignment?.inputs["description"], reason);
  });

  it("spells a role at a management group without a subscription", async () => {
    const recorder = await Recorder.start();
    const scope = "/providers/Microsoft.Management/managementGroups/contoso";
    declare({ roles: { reader: { role: STORAGE_BLOB_DATA_READER, scope } } });
    const assignment = (await recorder.all()).find(({ name }) => name === "archive-role-reader");
    assert.equal(
      assignment?.inputs["roleDefinitionId"],
      `/providers/Microsoft.Authorization/roleDefinitions/${STORAGE_BLOB_DATA_READER}`,
    );
  });

  const wrong: readonly (readonly [string, object, readonly string[]])[] = [
    [
      "names Azure does not take",
      { identityName: "-x", resourceGroupName: "rg.", location: "West Europe" },
      ["resourceGroupName invalid-name", "location invalid-name", "identityName invalid-name"],
    ],
    [
      "a role by its name, at a scope by its name",
      { roles: { invoices: { role: "Storage Blob Data Reader", scope: "invoices" } } },
      ['roles["invoices"].role invalid-id', 'roles["invoices"].scope invalid-id'],
    ],
    [
      "a privileged role without a reason, or with one that is none",
      {
        roles: {
          all: { role: OWNER, scope: SUBSCRIPTION },
          half: { role: "b24988ac-6180-42a0-ab88-20f7382dd24c", scope: SUBSCRIPTION, reason: "needed" },
        },
      },
      ['roles["all"].reason reason-missing', 'roles["half"].reason reason-missing'],
    ],
    ["a role under a name with spaces", { roles: { "a b": reader } }, ['roles["a b"] invalid-name']],
    [
      "a privileged permission without a reason",
      { graphRoles: ["Application.ReadWrite.All"] },
      ["graphRoles[0] reason-missing"],
    ],
    [
      "another identity as its credential",
      {
        federatedCredentials: {
          other: { managedIdentity: { tenantId: idOf("tenant"), principalId: idOf("other") } },
        },
      },
      ['federatedCredentials["other"].managedIdentity entra-issuer'],
    ],
    [
      "callers in a region that cannot have them",
      { location: "newzealandnorth", federatedCredentials: { run: pods("run") } },
      ["location out-of-range"],
    ],
    [
      "twenty-one callers",
      {
        federatedCredentials: Object.fromEntries(
          Array.from({ length: 21 }, (_, index) => [`run-${index}`, pods(`run-${index}`)]),
        ),
      },
      ["federatedCredentials too-many"],
    ],
    [
      "options that are misspelt, null or of another type",
      {
        rolls: {},
        location: null,
        roles: { archive: null, all: { role: OWNER } },
        graphRoles: "all",
        tags: { a: 1 },
      },
      [
        "location missing",
        "rolls unknown-key",
        'roles["archive"] wrong-type',
        'roles["all"].scope missing',
        'roles["all"].reason reason-missing',
        "graphRoles wrong-type",
        'tags["a"] wrong-type',
      ],
    ],
    [
      "a description Azure would not keep",
      { federatedCredentials: { nightly: { ...pods("nightly"), description: "the nightly run" } } },
      ['federatedCredentials["nightly"].description unknown-key'],
    ],
    ["a cloud there is not", { cloud: "moon" }, ["cloud out-of-range"]],
  ];
  for (const [situation, args, problems] of wrong) {
    it(`refuses ${situation}`, async () => {
      assert.deepEqual(await refusal(() => declare(args)), problems);
    });
  }

  it("takes an identity in such a region as long as nobody outside Azure uses it", async () => {
    const recorder = await Recorder.start();
    declare({ location: "newzealandnorth" });
    assert.equal((await recorder.all()).length, 2);
  });
});
