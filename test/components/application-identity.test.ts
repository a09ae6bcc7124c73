import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { SecretFreeApplication, type SecretFreeApplicationArgs } from "../../components";
import { PRIVILEGED_GRAPH_ROLES } from "../../components";
import { privilegedPermissions } from "../../policies/privileged-roles";
import { MICROSOFT_GRAPH } from "../../sandbox/tenant/microsoft-services";
import { judged } from "./judged-by-guard";
import { lateRefusal } from "./late-refusal";
import { idOf, Recorder, type Registered } from "./recorder";
import { refusal } from "./refusal";

const ALICE = "0a0e0000-0000-4000-8000-000000000001";
const BOB = "0a0e0000-0000-4000-8000-000000000002";
const base = { description: "Nightly billing run", owners: [ALICE, BOB] } satisfies SecretFreeApplicationArgs;
const contact = {
  team: "Finance platform",
  repository: "https://github.com/contoso/identities",
  ticket: "FIN-1234",
};
const github = (environment: string) => ({ github: { repository: "contoso/platform", environment } });

const declare = (args: object = {}): SecretFreeApplication =>
  new SecretFreeApplication("billing", { ...base, ...args });
const outline = ({ type, name, parent, inputs }: Registered) => ({ type, name, parent, inputs });
const applicationId = `/applications/${idOf(
  "azuread:index/applicationRegistration:ApplicationRegistration",
  "billing-registration",
)}`;
const principalId = idOf("azuread:index/servicePrincipal:ServicePrincipal", "billing-service-principal");
const roleId = (role: string) => MICROSOFT_GRAPH.appRoles.find(({ value }) => value === role)?.id;

describe("SecretFreeApplication as an identity", () => {
  it("registers exactly the small resources of everything that was asked for", async () => {
    const recorder = await Recorder.start();
    declare({
      contact: { ...contact, serviceReference: "CI-77" },
      graphRoles: [
        "User.Read.All",
        { role: "Group.ReadWrite.All", reason: "creates the groups of new teams" },
      ],
      federatedCredentials: { production: github("production") },
    });
    const notes = [
      "Owner: Finance platform",
      "Repository: https://github.com/contoso/identities",
      "Ticket: FIN-1234",
      "Privilege Group.ReadWrite.All: creates the groups of new teams",
    ].join("\n");
    const parent = "billing";
    assert.deepEqual((await recorder.all()).map(outline), [
      {
        type: "azuread:index/applicationApiAccess:ApplicationApiAccess",
        name: "billing-api-access",
        parent,
        inputs: {
          applicationId,
          apiClientId: "00000003-0000-0000-c000-000000000000",
          roleIds: [roleId("Group.ReadWrite.All"), roleId("User.Read.All")],
        },
      },
      {
        type: "azuread:index/applicationFederatedIdentityCredential:ApplicationFederatedIdentityCredential",
        name: "billing-federated-production",
        parent,
        inputs: {
          applicationId,
          displayName: "production",
          description: "GitHub Actions: repo:contoso/platform:environment:production",
          issuer: "https://token.actions.githubusercontent.com",
          subject: "repo:contoso/platform:environment:production",
          audiences: ["api://AzureADTokenExchange"],
        },
      },
      ...[ALICE, BOB].map((ownerObjectId) => ({
        type: "azuread:index/applicationOwner:ApplicationOwner",
        name: `billing-owner-${ownerObjectId}`,
        parent,
        inputs: { applicationId, ownerObjectId },
      })),
      {
        type: "azuread:index/applicationRegistration:ApplicationRegistration",
        name: "billing-registration",
        parent,
        inputs: {
          displayName: "billing",
          description: "Nightly billing run",
          signInAudience: "AzureADMyOrg",
          notes,
          serviceManagementReference: "CI-77",
        },
      },
      ...["Group.ReadWrite.All", "User.Read.All"].map((role) => ({
        type: "azuread:index/appRoleAssignment:AppRoleAssignment",
        name: `billing-role-${role}`,
        parent,
        inputs: {
          appRoleId: roleId(role),
          principalObjectId: principalId,
          resourceObjectId: idOf("Microsoft Graph"),
        },
      })),
      {
        type: "azuread:index/servicePrincipal:ServicePrincipal",
        name: "billing-service-principal",
        parent,
        inputs: {
          clientId: idOf("client", "billing-registration"),
          appRoleAssignmentRequired: true,
        },
      },
      { type: "certlock:components:SecretFreeApplication", name: "billing", parent: "", inputs: {} },
    ]);
  });

  it("registers nothing that was not asked for, and no wide application", async () => {
    const recorder = await Recorder.start();
    declare({ owners: [], ownership: "none" });
    const registered = await recorder.all();
    assert.deepEqual(
      registered.map(({ name }) => name),
      ["billing-registration", "billing-service-principal", "billing"],
    );
    const inputs = registered.flatMap((one) => Object.keys(one.inputs));
    for (const wide of [
      "owners",
      "passwords",
      "requiredResourceAccesses",
      "notes",
      "identifierUris",
      "tags",
    ]) {
      assert.ok(!inputs.includes(wide), wide);
    }
  });

  it("gives nothing to an application that the guard would object to", async () => {
    const recorder = await Recorder.start();
    declare({
      contact,
      graphRoles: ["User.Read.All"],
      federatedCredentials: {
        production: github("production"),
        staging: github("staging"),
        gitlab: { gitlab: { project: 57382910, branch: "main" } },
        pulumi: {
          pulumiDeployment: { organization: "contoso", project: "tenant", stack: "dev", operation: "update" },
        },
        pods: {
          kubernetes: { issuer: "https://oidc.example.com/", namespace: "billing", serviceAccount: "run" },
        },
        identity: { managedIdentity: { tenantId: idOf("tenant"), principalId: idOf("identity") } },
      },
    });
    const registered = await recorder.all();
    assert.deepEqual(await judged(registered, ["application-", "federated-credential-", "no-"]), []);
  });

  it("is looked at by the guard at all: a pull request is refused", async () => {
    const recorder = await Recorder.start();
    declare({
      federatedCredentials: { pulls: { github: { repository: "contoso/platform", pullRequest: true } } },
    });
    const found = await judged(await recorder.all(), ["application-", "federated-credential-"]);
    assert.equal(found.length, 1);
    assert.match(found[0] ?? "", /^federated-credential-subject: .*billing-federated-pulls/);
  });

  it("demands a reason for the very permissions the guard calls privileged", async () => {
    // Each a way of its own to control the tenant: a group with a role, somebody's password, an authority to trust.
    for (const role of [
      "EntitlementManagement.ReadWrite.All",
      "GroupMember.ReadWrite.All",
      "Organization.ReadWrite.All",
      "Policy.ReadWrite.AuthenticationMethod",
      "PublicKeyInfrastructure.ReadWrite.All",
      "RoleManagement.ReadWrite.Directory",
      "RoleManagementPolicy.ReadWrite.AzureADGroup",
      "User-PasswordProfile.ReadWrite.All",
    ])
      assert.ok(PRIVILEGED_GRAPH_ROLES.includes(role), role);
    assert.deepEqual([...PRIVILEGED_GRAPH_ROLES].sort(), Object.values(privilegedPermissions).sort());
    for (const role of PRIVILEGED_GRAPH_ROLES) {
      assert.deepEqual(await refusal(() => declare({ graphRoles: [role] })), [
        "graphRoles[0] reason-missing",
      ]);
    }
  });

  it("takes twenty callers and refuses one more", async () => {
    const callers = (count: number) => ({
      federatedCredentials: Object.fromEntries(
        Array.from({ length: count }, (_, index) => [`env-${index}`, github(`env-${index}`)]),
      ),
    });
    const recorder = await Recorder.start();
    declare(callers(20));
    const registered = await recorder.all();
    assert.equal(registered.filter(({ name }) => name.includes("-federated-")).length, 20);
    assert.deepEqual(await judged(registered, ["federated-credential-"]), []);
    assert.deepEqual(await refusal(() => declare(callers(21))), ["federatedCredentials too-many"]);
  });

  it("refuses the same caller twice, whatever the names", async () => {
    assert.deepEqual(
      await refusal(() =>
        declare({
          federatedCredentials: {
            one: github("production"),
            Two: github("staging"),
            two: github("production"),
          },
        }),
      ),
      ['federatedCredentials["two"] duplicate', 'federatedCredentials["two"] duplicate'],
    );
  });

  it("waits for claims of other resources, and refuses them as soon as they are known", async () => {
    const kubernetes = (issuer: pulumi.Input<string>) => ({
      federatedCredentials: { pods: { kubernetes: { issuer, namespace: "billing", serviceAccount: "run" } } },
    });
    const recorder = await Recorder.start();
    declare(kubernetes(pulumi.output("https://oidc.example.com/")));
    const fields = (await recorder.all()).find(({ name }) => name === "billing-federated-pods")?.inputs;
    assert.deepEqual(
      [fields?.["issuer"], fields?.["description"]],
      ["https://oidc.example.com/", "Kubernetes: system:serviceaccount:billing:run"],
    );

    const { errors, registered } = await lateRefusal(() =>
      declare(kubernetes(pulumi.output("https://*.example.com/"))),
    );
    assert.equal(errors.length, 1);
    assert.match(
      errors[0] ?? "",
      /^CERTLOCK_ARGUMENTS: SecretFreeApplication "billing".*federatedCredentials\["pods"\]\.kubernetes\.issuer \[wildcard\]/s,
    );
    assert.deepEqual(
      registered.filter(({ name }) => name.includes("-federated-")),
      [],
    );
  });

  it("refuses a permission Graph does not have, with the spelling it has, and grants nothing", async () => {
    const { errors, registered } = await lateRefusal(() => declare({ graphRoles: ["User.read.All"] }));
    assert.equal(errors.length, 1);
    assert.match(errors[0] ?? "", /graphRoles \[out-of-range\].*write "User\.Read\.All"/s);
    assert.deepEqual(
      registered.filter(({ name }) => /-role-|-api-access/.test(name)),
      [],
    );
  });

  it("refuses connections by their id on an application of many tenants", async () => {
    const azureDevOps = { tenantId: idOf("t"), organizationId: idOf("o"), connectionId: idOf("c") };
    const args = { federatedCredentials: { ado: { azureDevOps } } };
    const recorder = await Recorder.start();
    declare(args);
    assert.equal((await recorder.all()).length, 6);
    assert.deepEqual(await refusal(() => declare({ ...args, signInAudience: "AzureADMultipleOrgs" })), [
      'federatedCredentials["ado"].azureDevOps choose-one',
    ]);
  });

  const wrong: readonly (readonly [string, object, readonly string[]])[] = [
    ["one owner alone", { owners: [ALICE] }, ["owners missing"]],
    ["no owner without saying so", { owners: undefined }, ["owners missing"]],
    ["owners beside none", { ownership: "none" }, ["owners choose-one"]],
    ["an ownership that is none of the two", { ownership: "single" }, ["ownership out-of-range"]],
    [
      "an owner who is not on the list",
      { allowedOwners: [ALICE.toUpperCase()] },
      ["owners[1] owner-not-allowed"],
    ],
    ["a list of owners by name", { allowedOwners: ["alice", ALICE, BOB] }, ["allowedOwners[0] invalid-id"]],
    [
      "a contact without anything in it",
      { contact: { team: "", repository: "", ticket: " " } },
      ["contact.team missing", "contact.repository missing", "contact.ticket missing"],
    ],
    [
      "a repository by its short name",
      { contact: { ...contact, repository: "contoso/identities" } },
      ["contact.repository invalid-text"],
    ],
    ...["https:contoso", "https://contoso.com/a b"].map((repository): (typeof wrong)[number] => [
      `a repository nobody can open, ${repository}`,
      { contact: { ...contact, repository } },
      ["contact.repository invalid-text"],
    ]),
    [
      "notes beyond what Entra takes",
      {
        contact,
        graphRoles: PRIVILEGED_GRAPH_ROLES.slice(0, 6).map((role) => ({ role, reason: "r".repeat(200) })),
      },
      ["contact too-long"],
    ],
    [
      "permissions by id, by address, in lower case and twice",
      {
        graphRoles: [
          "df021288-bdef-4463-88db-98f22de89214",
          "https://graph.microsoft.com/User.Read.All",
          "user.read.all",
          "User.Read.All",
          "User.Read.All",
          7,
          null,
        ],
      },
      [
        "graphRoles[0] invalid-name",
        "graphRoles[1] invalid-name",
        "graphRoles[2] invalid-name",
        "graphRoles[4] duplicate",
        "graphRoles[5] wrong-type",
        "graphRoles[6].role wrong-type",
      ],
    ],
    [
      "a reason that is none",
      {
        graphRoles: [
          { role: "Directory.ReadWrite.All", reason: "because" },
          { role: "Application.ReadWrite.All" },
          { role: "Domain.ReadWrite.All", reason: "r".repeat(201) },
        ],
      },
      [
        "graphRoles[0].reason reason-missing",
        "graphRoles[1].reason missing",
        "graphRoles[2].reason too-long",
      ],
    ],
    ["a cloud there is not", { cloud: "germany" }, ["cloud out-of-range"]],
    [
      "callers with names Entra does not take",
      { federatedCredentials: { "a b": github("production"), ab: github("staging") } },
      ['federatedCredentials["a b"] invalid-name', 'federatedCredentials["ab"] invalid-name'],
    ],
    [
      "wrong callers, each at its place",
      { federatedCredentials: { production: github("*"), other: { issuer: "http://x", subject: "" } } },
      [
        'federatedCredentials["production"].github.environment wildcard',
        'federatedCredentials["other"].issuer invalid-text',
        'federatedCredentials["other"].subject invalid-text',
      ],
    ],
  ];
  for (const [situation, args, problems] of wrong) {
    it(`refuses ${situation}`, async () => {
      assert.deepEqual(await refusal(() => declare(args)), problems);
    });
  }

  it("never repeats a password that stands in the address of a repository", async () => {
    await Recorder.start();
    assert.throws(
      () => declare({ contact: { ...contact, repository: "https://me:hunter2@github.com/a/b" } }),
      (error: Error) => error.message.includes("contact.repository") && !error.message.includes("hunter2"),
    );
  });

  it("registers in a preview, where ids are not known yet", async () => {
    const recorder = await Recorder.start("certlock-tenant", true);
    declare({ graphRoles: ["User.Read.All"], federatedCredentials: { production: github("production") } });
    assert.equal((await recorder.all()).length, 8);
  });
});
