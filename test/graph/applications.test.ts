import assert from "node:assert/strict";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import {
  applicationPages,
  GraphForbiddenError,
  GraphInvalidAnswerError,
  listApplications,
  listServicePrincipals,
  Pacer,
  servicePrincipalPages,
} from "../../graph";
import { ClientFixture, failure } from "./client-fixture";
import { graphError, json } from "./graph-server";
import { application, largeTenant } from "./large-tenant";

async function all<T>(list: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const one of list) found.push(one);
  return found;
}

describe("applications of a tenant", () => {
  let fixture: ClientFixture;

  beforeEach(async () => {
    fixture = await ClientFixture.start();
  });

  afterEach(async () => {
    await fixture.server.close();
  });

  it("come with their credentials, unknown kinds and all, and without anything secret", async () => {
    const future = {
      ...application(20),
      signInAudience: "AnyoneOnMars",
      keyCredentials: [{ keyId: "k", type: "PostQuantum", usage: "Dance", key: "c2VjcmV0" }, null],
    };
    const bare = { id: "i", appId: "a", displayName: null, passwordCredentials: null };
    fixture.server.answerWith(json(200, { value: [application(10), future, bare] }));
    const none = { displayName: undefined, startDateTime: undefined, endDateTime: undefined };
    const dates = { startDateTime: "2026-11-01T00:00:00Z", endDateTime: "2027-03-01T00:00:00Z" };
    const password = (serial: number): object => ({
      keyId: `20000000-0000-4000-8000-0000000000${serial}`,
      displayName: "old",
      ...dates,
    });
    assert.deepEqual(await all(listApplications(fixture.client())), [
      {
        id: "00000000-0000-4000-8000-000000000010",
        appId: "10000000-0000-4000-8000-000000000010",
        displayName: "application 000000000010",
        createdDateTime: "2026-01-01T00:00:00Z",
        signInAudience: "AzureADMyOrg",
        passwords: [password(10)],
        keys: [
          {
            keyId: "30000000-0000-4000-8000-000000000010",
            displayName: "CN=app",
            ...dates,
            type: "AsymmetricX509Cert",
            usage: "Verify",
            customKeyIdentifier: "NDQ4NDQ4NDQ4NDQ4NDQ4NDQ4NDQ=",
          },
        ],
      },
      {
        id: "00000000-0000-4000-8000-000000000020",
        appId: "10000000-0000-4000-8000-000000000020",
        displayName: "application 000000000020",
        createdDateTime: "2026-01-01T00:00:00Z",
        signInAudience: "AnyoneOnMars",
        passwords: [password(20)],
        keys: [{ keyId: "k", ...none, type: "PostQuantum", usage: "Dance", customKeyIdentifier: undefined }],
      },
      {
        id: "i",
        appId: "a",
        displayName: undefined,
        createdDateTime: undefined,
        signInAudience: undefined,
        passwords: [],
        keys: [],
      },
    ]);
    const [request] = fixture.server.received;
    assert.equal(
      request?.path,
      "/v1.0/applications?$select=id,appId,displayName,passwordCredentials,keyCredentials,createdDateTime,signInAudience&$top=999",
    );
    assert.equal(request.headers["x-ms-throttle-priority"], "low");
  });

  it("have service principals beside them", async () => {
    const principal = { appOwnerOrganizationId: "t", servicePrincipalType: "Robot", accountEnabled: false };
    fixture.server.answerWith(
      json(200, { value: [{ id: "i", appId: "a", displayName: "n", ...principal }] }),
    );
    assert.deepEqual(await all(listServicePrincipals(fixture.client())), [
      { id: "i", appId: "a", displayName: "n", passwords: [], keys: [], ...principal },
    ]);
    assert.match(
      fixture.server.received[0]?.path ?? "",
      /^\/v1\.0\/servicePrincipals\?\$select=id,.*&\$top=999$/,
    );
  });

  it("are refused without the ids that everything else hangs on", async () => {
    fixture.server.answerWith(json(200, { value: [{ id: "i" }] }));
    const error = await failure(all(listApplications(fixture.client())));
    assert.ok(error instanceof GraphInvalidAnswerError);
  });

  it("need a permission that is named", async () => {
    fixture.server.answerWith(graphError(403, "Authorization_RequestDenied", ""));
    const error = await failure(all(listServicePrincipals(fixture.client())));
    assert.ok(error instanceof GraphForbiddenError);
    assert.match(error.message, /Application\.Read\.All/);
  });

  it("go on in another run at the page where the last one stopped", async () => {
    fixture.server.answerWith(largeTenant(2_500, () => fixture.server.url));
    for (const pages of [applicationPages, servicePrincipalPages]) {
      const seen: string[] = [];
      let next: string | undefined;
      do {
        // Every run reads one page only.
        for await (const page of pages(fixture.client(), { resumeFrom: next })) {
          seen.push(...page.records.map(({ id }) => id));
          next = page.next;
          break;
        }
      } while (next !== undefined);
      assert.deepEqual([seen.length, new Set(seen).size], [2_500, 2_500]);
    }
  });

  it("are listed 100,000 at a time with constant memory", async () => {
    setFlagsFromString("--expose-gc");
    const collect = runInNewContext("gc") as () => void;
    const count = 100_000;
    fixture.server.answerWith(largeTenant(count, () => fixture.server.url));
    // The pace of key credentials lets 150 requests a minute through; these are 101.
    const client = fixture.client({ pacer: new Pacer() });
    const early: WeakRef<object>[] = [];
    const heap: number[] = [];
    let listed = 0;
    let secrets = 0;
    for await (const one of listApplications(client)) {
      listed++;
      secrets += one.passwords.length;
      if (listed <= 5_000) early.push(new WeakRef(one));
      if (listed % 20_000 === 0) {
        fixture.server.received.length = 0;
        collect();
        heap.push(process.memoryUsage().heapUsed);
      }
    }
    assert.deepEqual([listed, secrets], [count, count / 10]);
    // The engine's own registers may keep a page alive; what matters is that it does not become more.
    const held = early.filter((one) => one.deref() !== undefined).length;
    assert.ok(held <= 2 * 999, `${held} of the first 5,000 items are still held`);
    // All items would be some 100 MB; one page is one.
    const growth = Math.max(...heap) - (heap[0] ?? 0);
    assert.ok(growth < 4_000_000, `the heap grew by ${growth} bytes: ${heap.join(", ")}`);
  });
});
