import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { X509Certificate } from "node:crypto";
import { ADA_USER_ID, parseSeed, SandboxError, startSandbox, type Sandbox, type Seed } from "../../sandbox";
import { makeCertificate } from "./tenant-fixture";
import { RunningSandbox, verdict } from "./sandbox-client";

/* eslint-disable @typescript-eslint/no-unsafe-member-access -- JSON of any shape is what is asserted on */

const clock = () => new Date("2026-11-21T12:00:00Z");

/** Every object of a list, as the answer has it, page by page. */
function listing(sandbox: Sandbox, path: string): Record<string, unknown>[] {
  const { tenant } = sandbox;
  const caller = {
    appId: tenant.deployer.appId,
    roles: ["Application.Read.All", "AuditLog.Read.All", "Policy.Read.All"],
  };
  const objects: Record<string, unknown>[] = [];
  for (let next: string | undefined = path; next !== undefined;) {
    const { status, body } = tenant.graph({ method: "GET", path: next, caller });
    assert.equal(status, 200, JSON.stringify(body));
    const page = body as { value: Record<string, unknown>[]; "@odata.nextLink"?: string };
    objects.push(...page.value);
    next = page["@odata.nextLink"]?.slice(tenant.graphUrl.length);
  }
  return objects;
}

async function withSandbox<T>(seed: Seed, use: (sandbox: Sandbox) => T): Promise<T> {
  const sandbox = await startSandbox({ seed, clock });
  try {
    return use(sandbox);
  } finally {
    await sandbox.close();
  }
}

const SIGN_INS = `/beta/auditLogs/signIns?$filter=${encodeURIComponent("signInEventTypes/any(t: t eq 'servicePrincipal')")}`;

describe("sandbox: seeds", () => {
  it("makes the same tenant of the same seed, byte for byte, and another one of another number", async () => {
    const everything = (seed: number): Promise<string> =>
      withSandbox({ generate: { applications: 200, seed } }, (sandbox) => {
        const [, ...applications] = listing(sandbox, "/v1.0/applications");
        const lists = ["/v1.0/servicePrincipals", "/v1.0/servicePrincipals?$select=id,owners", SIGN_INS];
        return JSON.stringify([
          sandbox.tenant.id,
          sandbox.deployer.clientId,
          applications,
          ...lists.filter((path) => !path.includes("owners")).map((path) => listing(sandbox, path)),
        ]);
      });
    const [first, again, other] = [await everything(7), await everything(7), await everything(8)];
    assert.equal(first === again, true);
    assert.equal(first === other, false);
  });

  it("makes a mix that holds what it was asked to hold", async () => {
    const generate = {
      applications: 1000,
      seed: 1,
      withSecret: 1,
      withCertificate: 0.5,
      withFederation: 0,
      withoutOwner: 1,
      expired: 0,
    };
    await withSandbox({ generate }, (sandbox) => {
      const [, ...applications] = listing(sandbox, "/v1.0/applications?$top=999");
      assert.equal(applications.length, 1000);
      const with_ = (property: string): number =>
        applications.filter((one) => (one[property] as unknown[]).length > 0).length;
      assert.equal(with_("passwordCredentials"), 1000);
      const certificates = with_("keyCredentials");
      assert.ok(certificates > 450 && certificates < 560, `${certificates} certificates`);
      const ends = applications.flatMap(
        (one) => one["passwordCredentials"] as { endDateTime: string; startDateTime: string }[],
      );
      assert.deepEqual(
        ends.filter(
          ({ startDateTime, endDateTime }) =>
            new Date(endDateTime) <= clock() || startDateTime >= endDateTime,
        ),
        [],
      );
      const owned = [...sandbox.tenant.applications.values()].filter(({ owners }) => owners.length > 0);
      assert.deepEqual(owned, []);
    });
  });

  it("gives certificates that can be read, with the dates their credential has", async () => {
    await withSandbox({ generate: { applications: 20, seed: 5, withCertificate: 1 } }, ({ tenant }) => {
      for (const { keyCredentials } of [...tenant.applications.values()].slice(1)) {
        const [credential] = keyCredentials;
        assert.ok(credential);
        const certificate = new X509Certificate(Buffer.from(credential.key, "base64"));
        assert.equal(new Date(certificate.validTo).getTime(), new Date(credential.endDateTime).getTime());
        assert.equal(new Date(certificate.validFrom).getTime(), new Date(credential.startDateTime).getTime());
        assert.equal(certificate.publicKey.asymmetricKeyDetails?.modulusLength, 2048);
        const thumbprint = Buffer.from(credential.customKeyIdentifier ?? "", "base64")
          .toString("hex")
          .toUpperCase();
        assert.equal(certificate.fingerprint.replaceAll(":", ""), thumbprint);
      }
    });
  });

  it("fills a tenant with what a file names, and real clients can live in it", async () => {
    const certificate = await makeCertificate("2020-01-01T00:00:00Z", "2049-01-01T00:00:00Z");
    const appId = "5eed0000-0000-4000-8000-000000000001";
    const running = await RunningSandbox.start({
      seed: {
        applications: [
          {
            displayName: "billing",
            appId,
            owners: ["ada"],
            certificates: [{ certificatePem: certificate.certificatePem }],
            secrets: [
              {
                displayName: "old",
                startDateTime: "2020-01-01T00:00:00Z",
                endDateTime: "2021-01-01T00:00:00Z",
              },
            ],
            federatedCredentials: [{ name: "github", issuer: "https://i.example", subject: "s" }],
            permissions: ["Application.Read.All"],
            appManagementPolicy: "exempt",
            customSecurityAttributes: { Policy: { Exempt: "yes" } },
          },
        ],
        attributeSets: [{ id: "Policy" }],
        customSecurityAttributeDefinitions: [
          { attributeSet: "Policy", name: "Exempt", type: "String", status: "Available" },
        ],
        appManagementPolicies: [{ displayName: "exempt", description: "until next year", isEnabled: true }],
        defaultAppManagementPolicy: {
          isEnabled: true,
          applicationRestrictions: {
            passwordCredentials: [{ restrictionType: "passwordAddition", state: "enabled" }],
          },
        },
        namedLocations: [
          {
            "@odata.type": "#microsoft.graph.ipNamedLocation",
            displayName: "office",
            ipRanges: [{ "@odata.type": "#microsoft.graph.iPv4CidrRange", cidrAddress: "203.0.113.0/24" }],
          },
        ],
        signIns: [
          {
            application: "billing",
            clientCredentialType: "clientSecret",
            createdDateTime: "2020-06-01T00:00:00Z",
          },
        ],
      },
    });
    try {
      const { sandbox } = running;
      const answer = await running.token(running.assertion(appId, certificate));
      assert.equal(verdict(answer), "200");
      const token = answer.body.access_token as string;
      const read = await running.graph(
        token,
        `/applications(appId='${appId}')?$expand=owners($select=id),federatedIdentityCredentials($select=name),appManagementPolicies($select=displayName)`,
      );
      assert.equal(read.status, 200);
      assert.deepEqual(
        [
          read.body.owners[0].id,
          read.body.federatedIdentityCredentials,
          read.body.appManagementPolicies,
          read.body.passwordCredentials[0].displayName,
        ],
        [ADA_USER_ID, [{ name: "github" }], [{ displayName: "exempt" }], "old"],
      );
      const created = await running.graph(await running.deployerToken(), "/applications", {
        method: "POST",
        body: JSON.stringify({ displayName: "x", passwordCredentials: [{ displayName: "s" }] }),
      });
      assert.equal(created.body.error.code, "CredentialTypeNotAllowedAsPerAppPolicy");
      assert.equal(sandbox.tenant.namedLocations.size, 1);
      assert.equal(listing(sandbox, SIGN_INS).at(-1)?.["clientCredentialType"], "clientSecret");
      assert.deepEqual(listing(sandbox, "/v1.0/auditLogs/directoryAudits"), []);
    } finally {
      await running.close();
    }
  });

  const refused = async (seed: unknown): Promise<string[]> => {
    try {
      await startSandbox({ seed: seed as Seed });
    } catch (error) {
      assert.ok(error instanceof SandboxError);
      assert.equal(error.code, "SANDBOX_SEED_INVALID");
      return error.message.split("\n");
    }
    throw new Error("the seed was taken");
  };

  it("names everything that is wrong with a file at once, and no value of it", async () => {
    const seed = {
      generate: { applications: 5, seed: -1, mix: 2 },
      applications: [
        {
          displayName: "",
          owners: "ada",
          signInAudience: "Everybody",
          secrets: [{ endDateTime: "tomorrow" }],
        },
        { appId: "x" },
      ],
      signIns: [
        { application: "a", clientCredentialType: "password", createdDateTime: "2026-01-01T00:00:00Z" },
      ],
      users: [],
    };
    assert.deepEqual(await refused(seed), [
      '"generate.applications" is a number that is not allowed; give a whole number from 10 to 100000.',
      '"generate.seed" is a number that is not allowed; give a whole number from 0 to 4294967295.',
      '"generate.mix" is not known here; known are applications, seed, withSecret, withCertificate, withFederation, withSymmetricKey, withoutOwner, withoutServicePrincipal, expired, multiTenant, signedIn.',
      '"applications[0].displayName" is an empty text; give a text of 1 to 256 characters.',
      '"applications[0].owners" is a text that is not allowed; give a list of at most 100000.',
      '"applications[0].signInAudience" is a text that is not allowed; give one of AzureADMyOrg, AzureADMultipleOrgs, AzureADandPersonalMicrosoftAccount, PersonalMicrosoftAccount.',
      '"applications[0].secrets[0].endDateTime" is a text that is not allowed; give a time in UTC, as 2026-11-21T12:00:00Z.',
      '"applications[1].appId" is a text that is not allowed; give a GUID.',
      '"applications[1].displayName" is missing.',
      '"signIns[0].clientCredentialType" is a text that is not allowed; give one of clientSecret, certificate, federatedIdentityCredential.',
      '"users" is not known here; known are generate, applications, attributeSets, customSecurityAttributeDefinitions, appManagementPolicies, defaultAppManagementPolicy, namedLocations, conditionalAccessPolicies, signIns.',
    ]);
  });

  it("names what does not fit together, and what Graph refuses", async () => {
    const seed = {
      applications: [
        { displayName: "a", owners: ["bob"], permissions: ["Everything.All"] },
        { displayName: "b", appManagementPolicy: "none" },
      ],
      namedLocations: [{ displayName: "x" }],
      signIns: [
        { application: "z", clientCredentialType: "certificate", createdDateTime: "2026-01-01T00:00:00Z" },
      ],
    };
    assert.deepEqual(await refused(seed), [
      '"applications[0].owners[0]" is nobody; give ada, grace or an id.',
      '"applications[0].permissions[0]" is no application permission the sandbox knows.',
      '"applications[1].appManagementPolicy" names no policy of "appManagementPolicies".',
      "\"namedLocations[0]\" is refused by Graph: Request_BadRequest: Invalid value specified for property '@odata.type' of resource.",
      '"signIns[0].application" names no application of "applications".',
    ]);
  });

  it("lists 50 problems and the number of the rest, and no name a terminal would obey", async () => {
    const problems = await refused({
      applications: Array.from({ length: 60 }, () => ({})),
      "\u001b[31mred": 1,
    });
    assert.equal(problems.length, 51);
    assert.equal(problems.at(-1), "… and 11 more problems.");
    const [only] = await refused({ ["\u001b[31mred".repeat(20)]: 1 });
    assert.match(only ?? "", /^"\?\[31mred[^\u001b]{0,40}…" is not known here/);
    assert.match((await refused([]))[0] ?? "", /^"the file" is a list of 0; give an object\.$/);
  });

  it("says where a file stops being JSON, without quoting it", () => {
    assert.throws(
      () => parseSeed('{"applications": [{"displayName": hunter2}]}'),
      (error: unknown) => {
        assert.ok(error instanceof SandboxError);
        assert.match(error.message, /^The file is not JSON/);
        assert.doesNotMatch(error.message, /hunter2/);
        return true;
      },
    );
  });

  describe("from the command line", () => {
    const directory = mkdtempSync(join(tmpdir(), "certlock-seed-test-"));
    after(() => {
      rmSync(directory, { recursive: true });
    });
    const run = (seedFile: string) =>
      spawn(
        process.execPath,
        [
          "--import",
          "tsx",
          join(__dirname, "../../sandbox/main.ts"),
          "--format",
          "json",
          "--stop-on-stdin-end",
          "--seed",
          seedFile,
        ],
        {
          stdio: ["pipe", "pipe", "pipe"],
        },
      );

    it("starts a tenant from a file", async () => {
      const file = join(directory, "seed.json");
      writeFileSync(file, JSON.stringify({ generate: { applications: 10, seed: 7 } }));
      const child = run(file);
      const [line] = (await once(createInterface({ input: child.stdout }), "line")) as [string];
      const { environment } = JSON.parse(line) as { environment: Record<string, string> };
      child.stdin.end();
      assert.deepEqual(await once(child, "exit"), [0, null]);
      await withSandbox({ generate: { applications: 10, seed: 7 } }, (sandbox) => {
        assert.equal(environment["ARM_TENANT_ID"], sandbox.tenant.id);
      });
    });

    it("ends with the reason when the file cannot be read or is wrong", async () => {
      const wrong = join(directory, "wrong.json");
      writeFileSync(wrong, '{"generate":{}}');
      for (const [file, message] of [
        [
          join(directory, "nowhere.json"),
          'SANDBOX_SEED_INVALID: "--seed" names a file that cannot be read (ENOENT).\n',
        ],
        [wrong, 'SANDBOX_SEED_INVALID: "generate.applications" is missing.\n'],
      ] as const) {
        const child = run(file);
        let text = "";
        child.stderr.on("data", (chunk: Buffer) => (text += chunk.toString()));
        const [code] = (await once(child, "close")) as [number | null];
        assert.deepEqual([code, text], [1, message]);
      }
    });
  });
});
