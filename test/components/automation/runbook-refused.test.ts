import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { ArgumentError, RotationRunbook } from "../../../components";
import { refusal } from "../refusal";
import {
  ACTION_GROUP_ID,
  application,
  billing,
  credentialVault,
  declare,
  GUIDS,
  IDENTITY_ID,
  openVault,
  VAULT_ID,
  workers,
  WORKSPACE_ID,
} from "./declared";

const AT = 'identities["billing-nightly"]';
const closed = { vaultId: VAULT_ID, firewall: "closed" } as const;
const identity = { resourceId: IDENTITY_ID, clientId: GUIDS[0], principalId: GUIDS[1] };
const account = { accountName: "aa-platform", resourceGroupName: "rg", principalId: GUIDS[0] };
const url = "https://1.jrds.we.azure-automation.net/automationAccounts/1";

const numbered = (number: number) => {
  const digits = String(number).padStart(12, "0");
  return { clientId: `0a0e0000-0000-4000-8000-${digits}`, objectId: `0b0e0000-0000-4000-8000-${digits}` };
};

/** What is wrong when only this is declared, beside resources of its own. */
const CASES: readonly [string, () => unknown, readonly string[]][] = [
  ["nothing at all", () => new RotationRunbook("rotation", undefined as never), ["arguments wrong-type"]],
  [
    "a job in the cloud and a closed vault",
    () => declare({}, { vault: closed }),
    [`${AT}.vault vault-unreachable`],
  ],
  [
    "a vault that does not say what it is",
    () => declare({}, { vault: { vaultId: VAULT_ID } }),
    [`${AT}.vault.firewall out-of-range`],
  ],
  [
    "a vault by its name",
    () => declare({}, { vault: { vaultId: "kv", firewall: "open" } }),
    [`${AT}.vault.vaultId invalid-id`],
  ],
  [
    "a user-assigned identity on workers",
    () => declare({ identity, hybridWorkers: workers }),
    ["identity identity-not-on-worker"],
  ],
  [
    "a user-assigned identity of a given account on workers",
    () => declare({ account: { ...account, clientId: GUIDS[1] }, hybridWorkers: { groupName: "office" } }),
    ["account.clientId identity-not-on-worker"],
  ],
  [
    "a group that nobody has made",
    () => declare({ hybridWorkers: { groupName: "office" } }),
    ["hybridWorkers.machines missing"],
  ],
  [
    "a group without machines",
    () => declare({ hybridWorkers: { machines: {} } }),
    ["hybridWorkers.machines missing"],
  ],
  [
    "machines for an account of unknown address",
    () => declare({ account, hybridWorkers: workers }),
    ["account.hybridServiceUrl missing"],
  ],
  [
    "a machine that is none",
    () =>
      declare({ hybridWorkers: { machines: { a: { vmId: VAULT_ID, os: "mac", location: "West Europe" } } } }),
    [
      'hybridWorkers.machines["a"].os out-of-range',
      'hybridWorkers.machines["a"].vmId invalid-id',
      'hybridWorkers.machines["a"].location invalid-name',
    ],
  ],
  [
    "what belongs to an account that is made, beside one that is given",
    () =>
      declare({
        account: { ...account, hybridServiceUrl: url },
        accountName: "aa-other",
        watch: {},
        tags: {},
        identity,
      }),
    ["accountName choose-one", "identity choose-one", "watch choose-one", "tags choose-one"],
  ],
  ["no application", () => declare({ identities: {} }), ["identities missing"]],
  [
    "101 applications",
    () =>
      declare({
        identities: Object.fromEntries(
          Array.from({ length: 101 }, (_, index) => [
            `app-${index}`,
            { application: numbered(index), vault: openVault },
          ]),
        ),
      }),
    ["identities too-many"],
  ],
  [
    "one application and one key twice",
    () =>
      declare({
        identities: {
          one: { application: billing, vault: openVault, certificateName: "billing" },
          two: { application: billing, vault: openVault, certificateName: "Billing" },
        },
      }),
    ['identities["two"].application duplicate', 'identities["two"].certificateName duplicate'],
  ],
  [
    "the certificate of one resource twice",
    () => {
      const certificateName = pulumi.output("billing");
      return declare({
        identities: {
          one: { application: billing, vault: openVault, certificateName },
          two: { application: numbered(2), vault: openVault, certificateName },
        },
      });
    },
    ['identities["two"].certificateName duplicate'],
  ],
  [
    "one application by two objects, and one id for both",
    () =>
      declare({
        identities: {
          one: { application: billing, vault: openVault },
          two: {
            application: { clientId: GUIDS[0].toUpperCase(), objectId: GUIDS[1] },
            vault: openVault,
          },
          three: { application: { ...numbered(3), objectId: numbered(3).clientId }, vault: openVault },
        },
      }),
    [
      'identities["two"].application.clientId duplicate',
      'identities["two"].application.objectId duplicate',
      'identities["three"].application.objectId duplicate',
    ],
  ],
  ...["", NaN, 0, false].map((given): [string, () => unknown, string[]] => [
    `identities that are ${JSON.stringify(given)}`,
    () => declare({ identities: given as never }),
    ["identities wrong-type", "identities missing"],
  ]),
  [
    "an application by its name",
    () => declare({}, { application: { clientId: "a", objectId: "/applications/x" } }),
    [`${AT}.application.clientId invalid-id`, `${AT}.application.objectId invalid-id`],
  ],
  [
    "an hour that does not exist",
    () => declare({ schedule: { at: "24:00", every: "week" } }),
    ["schedule.every out-of-range", "schedule.at out-of-range"],
  ],
  [
    "days and seconds outside their limits",
    () => declare({ seenWithinDays: 181, changeoverDays: 0, waitSeconds: 1201 }),
    ["seenWithinDays out-of-range", "changeoverDays out-of-range", "waitSeconds out-of-range"],
  ],
  [
    "content with a signature in its address",
    () => declare({ contentUri: "https://a.blob.core.windows.net/c/r.py?sv=1&sig=abc" }),
    ["contentUri secret-in-url"],
  ],
  [
    "content that Azure cannot download",
    () => declare({ contentUri: "http://example.com/r.py" }),
    ["contentUri invalid-url"],
  ],
  [
    "content inside a network",
    () => declare({ contentUri: "https://10.0.0.1/r.py" }),
    ["contentUri invalid-url"],
  ],
  [
    "content behind a password",
    () => declare({ contentUri: "https://a:b@example.com/r.py" }),
    ["contentUri invalid-url"],
  ],
  [
    "a watch of other things",
    () => declare({ watch: { workspaceId: ACTION_GROUP_ID, actionGroupIds: [WORKSPACE_ID] } }),
    ["watch.workspaceId invalid-id", "watch.actionGroupIds[0] invalid-id"],
  ],
  [
    "six action groups",
    () => declare({ watch: { actionGroupIds: Array.from({ length: 6 }, () => ACTION_GROUP_ID) } }),
    ["watch.actionGroupIds too-many"],
  ],
  [
    "an exemption without end",
    () => declare({}, { retireThoughSeen: [{ keyId: "x", reason: "", owner: "me", until: "2027-02-28" }] }),
    [
      `${AT}.retireThoughSeen[0].keyId invalid-id`,
      `${AT}.retireThoughSeen[0].reason missing`,
      `${AT}.retireThoughSeen[0].until out-of-range`,
    ],
  ],
  ["an account name too short", () => declare({ accountName: "aa" }), ["accountName invalid-name"]],
];

describe("RotationRunbook refuses", () => {
  for (const [what, act, expected] of CASES) {
    it(what, async () => {
      assert.deepEqual(await refusal(act), expected);
    });
  }

  // These stand beside resources of the program, which are registered.
  const refusedBeside = (act: () => unknown): ArgumentError => {
    try {
      act();
    } catch (error) {
      if (error instanceof ArgumentError) return error;
    }
    return assert.fail("not refused");
  };

  it("a job in the cloud and a CredentialVault, whatever it lets in, and names three ways out", () => {
    for (const firewall of [{}, { allowedNetworks: ["198.51.100.0/24"] }, { bypass: "AzureServices" }]) {
      const vault = credentialVault(firewall);
      const refused = refusedBeside(() => declare({}, { vault }));
      assert.deepEqual(
        refused.problems.map(({ at, code }) => `${at} ${code}`),
        [`${AT}.vault vault-unreachable`],
      );
      for (const way of [/hybridWorkers/, /federatedCredentials/, /certlock rotation schedule/])
        assert.match(refused.message, way);
    }
  });

  it("workers in front of a CredentialVault that nobody reaches", () => {
    const vault = credentialVault();
    const refused = refusedBeside(() => declare({ hybridWorkers: workers }, { vault }));
    assert.deepEqual(
      refused.problems.map(({ code }) => code),
      ["vault-unreachable"],
    );
    assert.match(refused.message, /allowedNetworks, allowedSubnetIds and privateEndpoint/);
  });

  it("an application whose certificates the stack keeps", () => {
    const refused = refusedBeside(() => declare({}, { application: application({ certificate: {} }) }));
    assert.deepEqual(
      refused.problems.map(({ at, code }) => `${at} ${code}`),
      [`${AT}.application two-writers`],
    );
  });

  it("and repeats no signature", () => {
    const refused = refusedBeside(() => declare({ contentUri: "https://example.com/r.py?sig=CANARY" }));
    assert.doesNotMatch(refused.message, /CANARY/);
  });
});
