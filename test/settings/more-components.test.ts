/** What the configuration says beyond certificates: owners, permissions, callers, identities, vaults, networks, an authority. */
import assert from "node:assert/strict";
import { readSettings, type Settings } from "../../settings";
import { authority } from "../components/certificate-declaration";
import { ALICE, billing, BOB, configOf, HOST, type Json, pipeline, refused, valid } from "./configuration";

const NOW = new Date("2026-11-21T02:00:00Z");
const SUBSCRIPTION = "/subscriptions/11111111-2222-4333-8444-555555555555";

const read = (change: Json): Settings => readSettings(configOf({ ...valid, ...change }), NOW);
const problems = (change: Json): string[] =>
  refused(configOf({ ...valid, ...change })).problems.map(({ at, code }) => `${at} ${code}`);
const application = (change: Json): string[] => problems({ applications: [billing(change)] });

describe("settings of an application", () => {
  const contact = { team: "Finance", repository: "https://github.com/contoso/identities", ticket: "FIN-1" };

  it("take contact, permissions, and owners of its own instead of those of all", () => {
    const CAROL = "0a0e0000-0000-4000-8000-000000000003";
    const graphRoles = [
      "User.Read.All",
      { role: "Application.ReadWrite.All", reason: "registers the others" },
    ];
    const [own, usual, none] = read({
      allowedOwners: [ALICE, BOB, CAROL],
      applications: [
        billing({ contact, graphRoles, owners: [BOB, CAROL] }),
        pipeline(),
        pipeline({ name: "nobodys", ownership: "none" }),
      ],
    }).applications;
    assert.deepEqual([own?.contact, own?.graphRoles, own?.owners], [contact, graphRoles, [BOB, CAROL]]);
    assert.deepEqual([usual?.owners, none?.owners, none?.ownership], [[ALICE, BOB], [], "none"]);
  });

  it("need no owners where nobody is to own applications", () => {
    const settings = read({ owners: undefined, ownership: "none" });
    assert.deepEqual([settings.owners, settings.applications[0]?.owners], [[], []]);
    assert.deepEqual(problems({ ownership: "none" }), ["owners choose-one"]);
    assert.deepEqual(problems({ ownership: "some" }), ["ownership out-of-range"]);
    assert.deepEqual(
      problems({ owners: undefined, ownership: "none", applications: [billing({ ownership: "shared" })] }),
      ["applications[0].owners missing"],
    );
  });

  it("refuse owners that nobody allowed, wherever they stand", () => {
    assert.deepEqual(
      problems({ allowedOwners: [ALICE, HOST], applications: [billing({ owners: [ALICE, BOB] })] }),
      ["owners[1] owner-not-allowed", "applications[0].owners[1] owner-not-allowed"],
    );
    assert.deepEqual(problems({ allowedOwners: ["alice"] }), [
      "allowedOwners[0] invalid-id",
      "owners[0] owner-not-allowed",
      "owners[1] owner-not-allowed",
    ]);
  });

  it("say everything that is wrong with them at once", () => {
    assert.deepEqual(
      application({
        contact: { team: "", repository: "http://x", tickets: 1 },
        owners: [ALICE, ALICE, 7],
        ownership: "none",
        graphRoles: ["Application.ReadWrite.All", "everything", 3],
      }),
      [
        "applications[0].contact.tickets unknown-key",
        "applications[0].contact.team missing",
        "applications[0].contact.repository invalid-text",
        "applications[0].contact.ticket missing",
        "applications[0].owners choose-one",
        "applications[0].owners[1] duplicate",
        "applications[0].owners[2] invalid-id",
        "applications[0].graphRoles[0] reason-missing",
        "applications[0].graphRoles[1] invalid-name",
        "applications[0].graphRoles[2] wrong-type",
      ],
    );
  });
});

describe("settings of callers and identities", () => {
  it("take every kind of caller, one or many, and identities of the stack by name", () => {
    const callers = {
      cluster: { kubernetes: { issuer: "https://oidc.example.com/", namespace: "a", serviceAccount: "b" } },
      host: { identity: "archive" },
      other: { issuer: "https://issuer.example.com", subject: "workload:billing" },
    };
    const settings = read({
      identities: [{ name: "archive" }],
      applications: [
        pipeline({ federation: undefined, federatedCredentials: callers }),
        pipeline({ name: "single", federation: { identity: "archive", description: "the host" } }),
        billing({ certificate: { vault: "kv-billing", readers: ["archive", HOST] } }),
      ],
    });
    assert.deepEqual(
      settings.applications.map(({ credential }) =>
        "callers" in credential ? credential.callers : undefined,
      ),
      [callers, { single: { identity: "archive", description: "the host" } }, undefined],
    );
    assert.deepEqual(settings.identities, [
      { name: "archive", location: "westeurope", resourceGroupName: "rg-identities", cloud: "public" },
    ]);
  });

  it("refuse what the components would refuse, at its place in the configuration", () => {
    const twin = { github: { repository: "contoso/platform", branch: "main" } };
    assert.deepEqual(
      problems({
        cloud: "moon",
        identities: [
          { name: "a", roles: { x: { role: "Reader", scope: "rg" } }, colour: 1 },
          { name: "archive", federatedCredentials: { me: { managedIdentity: {} } }, graphRoles: "all" },
          { name: "Archive" },
          7,
        ],
        applications: [
          pipeline({
            federation: undefined,
            federatedCredentials: {
              one: twin,
              two: twin,
              no: { github: { repository: "a/*", branch: "*" } },
            },
          }),
          pipeline({ name: "reader", federation: { identity: "archiv" } }),
          billing({ certificate: { vault: "kv-billing", readers: ["archve"] } }),
          pipeline({ name: "empty", federation: undefined, federatedCredentials: {} }),
          pipeline({ name: "list", federation: [] }),
          pipeline({ name: "more", federation: { identity: "archive", github: {} } }),
        ],
      }),
      [
        "cloud out-of-range",
        "identities[0].colour unknown-key",
        "identities[0].name invalid-name",
        'identities[0].roles["x"].role invalid-id',
        'identities[0].roles["x"].scope invalid-id',
        "identities[1].graphRoles wrong-type",
        'identities[1].federatedCredentials["me"] invalid-name',
        'identities[1].federatedCredentials["me"].managedIdentity.tenantId invalid-id',
        'identities[1].federatedCredentials["me"].managedIdentity.principalId invalid-id',
        'identities[1].federatedCredentials["me"].managedIdentity entra-issuer',
        "identities[2].name duplicate",
        "identities[3] wrong-type",
        'applications[0].federatedCredentials["no"] invalid-name',
        'applications[0].federatedCredentials["no"].github.repository wildcard',
        'applications[0].federatedCredentials["no"].github.branch wildcard',
        'applications[0].federatedCredentials["two"] duplicate',
        "applications[1].federation.identity out-of-range",
        "applications[2].certificate.readers[0] invalid-id",
        "applications[3].federatedCredentials missing",
        "applications[4].federation wrong-type",
        "applications[5].federation.managedIdentity choose-one",
        "applications[5].federation.github.repository invalid-name",
        "applications[5].federation.github choose-one",
      ],
    );
  });
});

describe("settings of vaults", () => {
  const workspaceId = `${SUBSCRIPTION}/resourceGroups/rg/providers/Microsoft.OperationalInsights/workspaces/log`;
  const subnetId = `${SUBSCRIPTION}/resourceGroups/rg/providers/Microsoft.Network/virtualNetworks/v/subnets/s`;

  it("hold for every vault; behind a private endpoint no network of the application opens it", () => {
    const vaults = { auditLog: { workspaceId }, privateEndpoint: { subnetId }, sku: "premium" };
    const settings = read({ vaults, applications: [billing({ networks: ["198.51.100.0/24"] })] });
    assert.deepEqual(settings.vaults, vaults);
    const credential = settings.applications[0]?.credential;
    assert.deepEqual(credential && "vaultNetworks" in credential ? credential.vaultNetworks : "", []);
    assert.deepEqual(
      problems({
        vaults,
        applications: [billing({ certificate: { vault: "kv-billing", vaultNetworks: ["198.51.100.0/24"] } })],
      }),
      ["applications[0].certificate.vaultNetworks choose-one"],
    );
  });

  it("are refused with every reason", () => {
    assert.deepEqual(
      problems({
        vaults: {
          auditLog: { workspaceId: 7, event: "all" },
          expiryAlert: { to: "webhook", url: "http://example.com", deadLetter: null },
          privateEndpoint: { subnetId: "subnet" },
          sku: "basic",
          softDeleteDays: 6,
          bypass: "All",
          tags: ["x"],
          vaultName: "kv-mine",
        },
      }),
      [
        "vaults.vaultName unknown-key",
        "vaults.sku out-of-range",
        "vaults.softDeleteDays out-of-range",
        "vaults.bypass out-of-range",
        "vaults.privateEndpoint.subnetId invalid-id",
        "vaults.tags wrong-type",
        "vaults.auditLog.event unknown-key",
        "vaults.auditLog.workspaceId invalid-id",
        "vaults.expiryAlert.deadLetter missing",
        "vaults.expiryAlert.url invalid-url",
      ],
    );
  });
});

describe("settings of Conditional Access", () => {
  it("give applications with the same networks one policy, in whatever order and spelling", () => {
    const { conditionalAccess } = read({
      conditionalAccess: {
        networks: {
          offices: { ranges: ["198.51.100.0/24"], mode: "enforced" },
          unused: { ranges: ["192.0.2.0/24"] },
        },
      },
      applications: [
        pipeline({ name: "one", networks: ["203.0.113.0/24", "2001:db8::/32"] }),
        pipeline({ name: "two", networks: "offices" }),
        pipeline({ name: "three", networks: ["2001:DB8::/32", "203.0.113.0/24"] }),
        pipeline({ name: "four", networks: "offices" }),
        pipeline({ name: "five" }),
      ],
    });
    assert.deepEqual(
      conditionalAccess.policies.map(({ name, mode, applications }) => [name, mode, applications]),
      [
        ["one", "reportOnly", ["one", "three"]],
        ["offices", "enforced", ["two", "four"]],
      ],
    );
  });

  it("are refused with every reason", () => {
    assert.deepEqual(
      problems({
        conditionalAccess: {
          networks: {
            "deploy-pipeline": { ranges: ["198.51.100.0/24"] },
            empty: {},
            nothing: null,
            none: { ranges: [] },
            inner: { ranges: ["10.0.0.0/8"], mode: "on" },
          },
          risk: { levels: ["high", "high", "severe"], level: "high" },
        },
        applications: [
          pipeline({ networks: "inne" }),
          billing({ networks: "none", signInAudience: "AzureADMultipleOrgs" }),
        ],
      }),
      [
        "conditionalAccess.networks.nothing missing",
        "conditionalAccess.networks.empty.ranges missing",
        "conditionalAccess.networks.inner.ranges[0] network-not-public",
        "conditionalAccess.networks.inner.mode out-of-range",
        "conditionalAccess.networks.none.ranges missing",
        "conditionalAccess.risk.level unknown-key",
        "conditionalAccess.risk.levels[1] duplicate",
        "conditionalAccess.risk.levels[2] out-of-range",
        "applications[0].networks out-of-range",
        "applications[1].networks audience-not-lockable",
        "conditionalAccess.networks.deploy-pipeline duplicate",
      ],
    );
    assert.deepEqual(problems({ conditionalAccess: { networks: ["198.51.100.0/24"], risk: "high" } }), [
      "conditionalAccess.networks wrong-type",
      "conditionalAccess.risk wrong-type",
    ]);
  });
});

describe("settings of other keys", () => {
  it("take keys born in a vault, whose months fit the limit of the tenant", () => {
    const vault = "kv-billing";
    const [{ credential } = assert.fail()] = read({
      applications: [billing({ certificate: { key: "vault", vault } })],
    }).applications;
    assert.deepEqual(
      "key" in credential && [credential.key, "issuerName" in credential && credential.issuerName],
      ["vault", "Self"],
    );
    const at = "applications[0].certificate";
    const limited = (rotation: Json) =>
      problems({
        certificateMaxLifetimeDays: 180,
        applications: [billing({ certificate: { key: "vault", vault, rotation } })],
      });
    // 179 days are six months there, which can be 184 days.
    assert.deepEqual(limited({ validityDays: 179 }), [
      `${at}.rotation.validityDays certificate-outlives-policy`,
    ]);
    assert.deepEqual(limited({ validityDays: 200 }), [
      `${at}.rotation.validityDays certificate-outlives-policy`,
    ]);
    assert.deepEqual(application({ certificate: { key: "hsm", vault } }), [`${at}.key out-of-range`]);
    assert.deepEqual(
      application({ certificate: { key: "vault", vault, issuerName: "a b", certificates: [] } }),
      [`${at}.certificates unknown-key`, `${at}.issuerName invalid-name`],
    );
  });

  it("take public certificates of keys kept elsewhere, and no key in their place", async () => {
    const { certificatePem, privateKeyPem } = await authority(100);
    const external = (certificates: unknown) => billing({ certificate: { key: "external", certificates } });
    assert.ok(read({ applications: [external([certificatePem])] }));
    const error = refused(configOf({ ...valid, applications: [external([privateKeyPem, 7, ""])] }));
    assert.deepEqual(
      error.problems.map(({ at, code }) => `${at} ${code}`),
      [
        "applications[0].certificate.certificates[0] private-key",
        "applications[0].certificate.certificates[1] invalid-certificate",
        "applications[0].certificate.certificates[2] invalid-certificate",
      ],
    );
    assert.doesNotMatch(error.message, /BEGIN|MII/);
    assert.deepEqual(problems({ applications: [external(undefined)] }), [
      "applications[0].certificate.certificates missing",
    ]);
  });

  it("hold an authority against every certificate it would issue, and never show its key", async () => {
    const good = await authority(1000);
    const short = await authority(130);
    assert.deepEqual(read({ certificateIssuer: good }).certificateIssuer, good);
    const long = billing({
      name: "long",
      certificate: { vault: "kv-long", rotation: { epoch: "2026-11-21", validityDays: 150 } },
    });
    const error = (certificateIssuer: unknown) =>
      assertThrown(() => read({ certificateIssuer, applications: [billing(), long] }));
    assert.match(error(short), /certificateIssuer\.certificatePem \[invalid-certificate\]/);
    assert.match(error({ ...good, privateKeyPem: "x", key: 1 }), /certificateIssuer\.key \[unknown-key\]/);
    assert.match(
      error({ ...good, privateKeyPem: short.certificatePem }),
      /certificateIssuer\.privateKeyPem \[private-key\]/,
    );
    assert.match(error({}), /certificateIssuer\.certificatePem \[missing\]/);
    assert.match(error([]), /certificateIssuer \[wrong-type\]/);
    assert.doesNotMatch(error({ ...good, certificatePem: good.privateKeyPem }), /BEGIN|MII/);
  });
});

function assertThrown(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    return String(error);
  }
  assert.fail("nothing was refused");
}
