import assert from "node:assert/strict";
import { ADA_USER_ID } from "../../../sandbox/tenant/seed";
import {
  call,
  createApplication,
  DAY,
  makeCertificate,
  refusal,
  TestTenant,
  type Answer,
} from "../tenant-fixture";

/* eslint-disable @typescript-eslint/no-unsafe-assignment, @typescript-eslint/no-unsafe-member-access -- JSON of any shape is what is asserted on */

const EVENTUAL = { consistencylevel: "eventual" };

describe("sandbox: queries", () => {
  let tenant: TestTenant;
  beforeEach(() => {
    tenant = TestTenant.at();
  });

  const get = (path: string, headers: Record<string, string> = {}): Answer => {
    const { status, body } = tenant.graph({
      method: "GET",
      path: `/v1.0${path}`,
      headers,
      caller: tenant.deployer,
    });
    return { status, body };
  };
  const names = (answer: Answer): string[] => {
    assert.equal(answer.status, 200, JSON.stringify(answer.body));
    return (answer.body.value as { displayName: string }[]).map(({ displayName }) => displayName);
  };
  const query = (options: Record<string, string>, advanced = false): Answer =>
    get(
      `/applications?${new URLSearchParams({ ...options, ...(advanced && { $count: "true" }) }).toString()}`,
      advanced ? EVENTUAL : {},
    );
  const filtered = (filter: string, advanced = false): string[] =>
    names(
      query(
        {
          $filter: `${filter} and displayName ${advanced ? "ne" : "in"} ${advanced ? "'certlock-deployer'" : "('a','B','c ''d''')"}`,
        },
        advanced,
      ),
    );

  const threeApplications = (): void => {
    createApplication(tenant, "a", { tags: ["red", "blue"], description: "first of all" });
    tenant.advance(DAY);
    createApplication(tenant, "B", { tags: ["blue"], signInAudience: "AzureADMultipleOrgs" });
    tenant.advance(DAY);
    createApplication(tenant, "c 'd'", { web: { redirectUris: ["https://c.example/cb"] } });
  };

  const plain: [string, string[]][] = [
    ["displayName eq 'b'", ["B"]],
    ["displayName in ('A', 'c ''d''')", ["a", "c 'd'"]],
    ["startswith(displayName,'C ')", ["c 'd'"]],
    ["(displayName eq 'a' or displayName eq 'b')", ["a", "B"]],
    ["createdDateTime ge 2026-11-22T12:00:00Z", ["B", "c 'd'"]],
    ["createdDateTime le 2026-11-22T12:00:00Z", ["a", "B"]],
    ["createdDateTime ge 2026-11-22T13:00:00+01:00", ["B", "c 'd'"]],
    ["tags/any(t: t eq 'red')", ["a"]],
    ["tags/any(t:startswith(t,'bl'))", ["a", "B"]],
    ["web/redirectUris/any(u: u eq 'https://c.example/cb')", ["c 'd'"]],
    ["signInAudience eq 'AzureADMultipleOrgs'", ["B"]],
    ["uniqueName eq null", ["a", "B", "c 'd'"]],
  ];
  for (const [filter, expected] of plain) {
    it(`filters by ${filter}`, () => {
      threeApplications();
      assert.deepEqual(filtered(filter), expected);
    });
  }

  const advanced: [string, string[]][] = [
    ["displayName ne 'a'", ["B", "c 'd'"]],
    ["not(startswith(displayName,'a'))", ["B", "c 'd'"]],
    ["NOT displayName eq 'a' and not (tags/any(t: t eq 'blue'))", ["c 'd'"]],
    ["tags/$count eq 2", ["a"]],
    ["tags/$count ne 0", ["a", "B"]],
  ];
  for (const [filter, expected] of advanced) {
    it(`filters by ${filter} in an advanced query only`, () => {
      threeApplications();
      assert.deepEqual(filtered(filter, true), expected);
      assert.equal(refusal(query({ $filter: filter })), "400 Request_UnsupportedQuery");
      // The header alone is not enough, nor is the count.
      assert.equal(
        refusal(get(`/applications?$filter=${encodeURIComponent(filter)}`, EVENTUAL)),
        "400 Request_UnsupportedQuery",
      );
      assert.equal(
        refusal(get(`/applications?$count=true&$filter=${encodeURIComponent(filter)}`)),
        "400 Request_UnsupportedQuery",
      );
    });
  }

  const refused: [string, string, string][] = [
    [
      "shoeSize eq 1",
      "400 BadRequest",
      "Could not find a property named 'shoeSize' on type 'microsoft.graph.application'.",
    ],
    ["displayName", "400 BadRequest", "Invalid filter clause: displayName"],
    ["displayName eq 'a", "400 BadRequest", "Invalid filter clause: 'a"],
    [
      "displayName eq 'a') or (displayName eq 'b'",
      "400 BadRequest",
      "Invalid filter clause: displayName eq 'a') or (displayName eq 'b'",
    ],
    ["", "400 BadRequest", "Invalid filter clause: "],
    ["toupper(displayName) eq 'A'", "400 BadRequest", "Invalid filter clause: toupper(displayName) eq 'A'"],
    [
      "displayName gt 'a'",
      "400 Request_UnsupportedQuery",
      "Unsupported property filter clause operator 'GreaterThanMatch'.",
    ],
    [
      "contains(displayName,'a')",
      "400 Request_UnsupportedQuery",
      "Unsupported property filter clause operator 'ContainsMatch'.",
    ],
    [
      "keyCredentials/any(k: k/endDateTime le 2027-01-01T00:00:00Z)",
      "400 Request_UnsupportedQuery",
      "Complex query on property keyCredentials is not supported.",
    ],
    [
      "requiredResourceAccess/any(r: r/resourceAppId eq 'x')",
      "400 Request_UnsupportedQuery",
      "Unsupported or invalid query filter clause specified for property 'requiredResourceAccess' of resource 'Application'.",
    ],
  ];
  for (const [filter, code, message] of refused) {
    it(`refuses the filter "${filter}" in Graph's words`, () => {
      const answer = query({ $filter: filter });
      assert.deepEqual([refusal(answer), answer.body.error.message], [code, message]);
    });
  }

  it("refuses filters made to be deep or long, at once", () => {
    const deep = `${"(".repeat(10_000)}displayName eq 'a'${")".repeat(10_000)}`;
    const nots = `${"not ".repeat(3_000)}displayName eq 'a'`;
    const long = Array.from({ length: 2_000 }, () => "displayName eq 'a'").join(" or ");
    for (const filter of [deep, nots, long])
      assert.equal(refusal(query({ $filter: filter }, true)), "400 BadRequest");
  });

  it("counts only who accepts answers that lag behind, and only on the first page", () => {
    threeApplications();
    assert.equal(get("/applications?$count=true").body["@odata.count"], undefined);
    const first = get("/applications?$count=true&$top=3", EVENTUAL).body;
    assert.equal(first["@odata.count"], 4);
    const next = (first["@odata.nextLink"] as string).replace("https://graph.microsoft.com/v1.0", "");
    const second = get(next, EVENTUAL).body;
    assert.equal(second["@odata.count"], undefined);
    assert.deepEqual(names({ status: 200, body: second }), ["c 'd'"]);
    const filter = encodeURIComponent("tags/any(t: t eq 'blue')");
    const some = get(`/applications?$count=true&$top=1&$filter=${filter}`, EVENTUAL).body;
    assert.deepEqual([some["@odata.count"], (some.value as unknown[]).length], [2, 1]);
  });

  it("answers $count as a segment with the number alone", () => {
    threeApplications();
    const answer = get("/applications/$count", EVENTUAL);
    assert.deepEqual([answer.status, answer.body], [200, "4"]);
    assert.equal(
      get(`/applications/$count?$filter=${encodeURIComponent("displayName ne 'a'")}`, EVENTUAL).body,
      "3",
    );
    const without = get("/applications/$count");
    assert.deepEqual(
      [refusal(without), without.body.error.message],
      ["400 Request_BadRequest", "$count is not currently supported."],
    );
  });

  it("sorts in advanced queries only, keeps the order over pages and sorts by what can be sorted by", () => {
    threeApplications();
    const seen: string[] = [];
    let path = "/applications?$orderby=displayName desc&$count=true&$top=1";
    for (let page = 0; path !== ""; page++) {
      assert.ok(page < 5, "the pages end");
      const answer = get(path, EVENTUAL);
      seen.push(...names(answer));
      // What is deleted or made while a client pages neither moves nor repeats the rest.
      if (page === 0) createApplication(tenant, "bb");
      path = ((answer.body["@odata.nextLink"] as string | undefined) ?? "").replace(
        "https://graph.microsoft.com/v1.0",
        "",
      );
    }
    assert.deepEqual(seen, ["certlock-deployer", "c 'd'", "B", "a"]);
    const sorting = { $orderby: "displayName" };
    assert.equal(query(sorting).body.error.message, "Sorting not supported for current query.");
    assert.equal(refusal(query({ $orderby: "appId" }, true)), "400 Request_UnsupportedQuery");
    assert.equal(refusal(query({ $orderby: "displayName sideways" }, true)), "400 BadRequest");
  });

  it("searches words of names and descriptions, with the header only", () => {
    threeApplications();
    const search = (text: string): string[] =>
      names(get(`/applications?$search=${encodeURIComponent(text)}`, EVENTUAL));
    assert.deepEqual(search('"displayName:DEPLOY"'), ["certlock-deployer"]);
    assert.deepEqual(search('"description:fir all"'), ["a"]);
    assert.deepEqual(search('"displayName:deployer" OR "displayName:b"'), ["certlock-deployer", "B"]);
    assert.deepEqual(search('"displayName:a" AND "description:nothing"'), []);
    const without = query({ $search: '"displayName:x"' });
    assert.equal(refusal(without), "400 Request_UnsupportedQuery");
    assert.match(
      without.body.error.message as string,
      /special request header: 'ConsistencyLevel: eventual'$/,
    );
    assert.equal(refusal(get("/applications?$search=displayName", EVENTUAL)), "400 BadRequest");
    assert.equal(refusal(get('/applications?$search="appId:x"', EVENTUAL)), "400 BadRequest");
    const spaces = encodeURIComponent(`"displayName:a"${" ".repeat(100_000)}OR`);
    assert.equal(refusal(get(`/applications?$search=${spaces}`, EVENTUAL)), "400 BadRequest");
  });

  it("expands owners, policies and federated credentials, and nothing else", () => {
    const owners = { "owners@odata.bind": [`https://graph.microsoft.com/v1.0/users/${ADA_USER_ID}`] };
    const { id } = createApplication(tenant, "expanded", owners);
    const federated = { name: "github", issuer: "https://i.example", subject: "s", audiences: ["a"] };
    call(tenant, "POST", `/applications/${id}/federatedIdentityCredentials`, federated);
    const expand =
      "owners($select=id),federatedIdentityCredentials($select=name,subject),appManagementPolicies";
    const { body } = get(`/applications/${id}?$select=id&$expand=${encodeURIComponent(expand)}`);
    delete body["@odata.context"];
    assert.deepEqual(body, {
      id,
      owners: [{ "@odata.type": "#microsoft.graph.user", id: ADA_USER_ID }],
      federatedIdentityCredentials: [{ name: "github", subject: "s" }],
      appManagementPolicies: [],
    });
    const listed = get("/applications?$expand=owners").body.value as { owners: unknown[] }[];
    assert.deepEqual(
      listed.map(({ owners: list }) => list.length),
      [0, 1],
    );
    for (const bad of ["logo", "owners($filter=id eq 'x')", "owners($select=shoeSize)", "owners("]) {
      assert.equal(refusal(get(`/applications?$expand=${encodeURIComponent(bad)}`)), "400 BadRequest", bad);
    }
    assert.equal(
      refusal(get("/applications?$expand=owners&$count=true", EVENTUAL)),
      "400 Request_UnsupportedQuery",
    );
  });

  it("pages on without missing or repeating an object while others come and go", () => {
    const made = Array.from({ length: 300 }, (_, index) => createApplication(tenant, `app-${index}`));
    const seen: string[] = [];
    let path = "/applications?$top=50&$select=id";
    for (let page = 0; path !== ""; page++) {
      const { body } = get(path);
      seen.push(...(body.value as { id: string }[]).map(({ id }) => id));
      // One that was seen goes, one that was not goes, one comes.
      if (page === 1)
        for (const gone of [made[0], made[299]]) call(tenant, "DELETE", `/applications/${gone?.id ?? ""}`);
      if (page === 2)
        for (let index = 5; index < 200; index++)
          call(tenant, "DELETE", `/applications/${made[index]?.id ?? ""}`);
      if (page === 3) createApplication(tenant, "late");
      path = ((body["@odata.nextLink"] as string | undefined) ?? "").replace(
        "https://graph.microsoft.com/v1.0",
        "",
      );
    }
    assert.equal(new Set(seen).size, seen.length, "nothing twice");
    const left = [...tenant.applications.keys()];
    assert.deepEqual(
      left.filter((id) => !seen.includes(id)),
      [],
    );
  });

  it("finds an application by its alternate keys and makes what is missing for who prefers it", () => {
    const { id } = createApplication(tenant, "unique", { uniqueName: "it's/unique" });
    const key = `(uniqueName='${encodeURIComponent("it''s/unique")}')`;
    assert.equal(get(`/applications${key}`).body.id, id);
    const patch = (path: string, body: object, prefer?: string): Answer => {
      const headers = prefer === undefined ? {} : { prefer };
      const answer = tenant.graph({
        method: "PATCH",
        path: `/v1.0${path}`,
        headers,
        body,
        caller: tenant.deployer,
      });
      return { status: answer.status, body: answer.body };
    };
    assert.equal(patch(`/applications${key}`, { displayName: "renamed" }, "create-if-missing").status, 204);
    assert.equal(get(`/applications/${id}`).body.displayName, "renamed");
    assert.equal(
      refusal(patch("/applications(uniqueName='other')", { displayName: "x" })),
      "404 Request_ResourceNotFound",
    );
    const made = patch("/applications(uniqueName='other')", { displayName: "x" }, "create-if-missing");
    assert.deepEqual([made.status, made.body.uniqueName], [201, "other"]);
    const principal = `/servicePrincipals(appId='${made.body.appId as string}')`;
    assert.equal(patch(principal, { tags: ["t"] }, "create-if-missing").status, 201);
    assert.equal(patch(principal, { tags: ["u"] }, "create-if-missing").status, 204);
    const federated = `/applications/${id}/federatedIdentityCredentials(name='fic')`;
    const body = { issuer: "https://i.example", subject: "s", audiences: ["a"] };
    assert.equal(patch(federated, body, "create-if-missing").status, 201);
    assert.equal(patch(federated, { subject: "t" }, "create-if-missing").status, 204);
    assert.equal(get(federated).body.subject, "t");
    const taken = { displayName: "y", uniqueName: "other" };
    assert.equal(refusal(call(tenant, "POST", "/applications", taken)), "400 Request_BadRequest");
  });

  it("shows key material to who selects it of one object, and of no list", async () => {
    const certificate = await makeCertificate();
    const { id } = createApplication(tenant, "keyed", { keyCredentials: [certificate.keyCredential] });
    const select = "$select=keyCredentials";
    assert.equal(
      get(`/applications/${id}?${select}`).body.keyCredentials[0].key,
      certificate.keyCredential.key,
    );
    assert.equal(get(`/applications/${id}`).body.keyCredentials[0].key, null);
    const listed = get(`/applications?${select}&$filter=displayName eq 'keyed'`).body.value[0];
    assert.equal(listed.keyCredentials[0].key, null);
  });

  it("finds directory objects by ids, of the kinds asked for", () => {
    const { id } = createApplication(tenant, "one");
    const ids = { ids: [id, ADA_USER_ID, "99999999-0000-4000-8000-000000000000", id] };
    const found = (body: object): string[] =>
      (call(tenant, "POST", "/directoryObjects/getByIds", body).body.value as { id: string }[]).map(
        (one) => one.id,
      );
    assert.deepEqual(found(ids), [id, ADA_USER_ID]);
    assert.deepEqual(found({ ...ids, types: ["user"] }), [ADA_USER_ID]);
    assert.equal(
      refusal(call(tenant, "POST", "/directoryObjects/getByIds", { ids: [] })),
      "400 Request_BadRequest",
    );
  });

  it("tells who the organization is", () => {
    const [organization] = get("/organization?$select=id,verifiedDomains").body.value as [
      { id: string; verifiedDomains: { name: string }[] },
    ];
    assert.deepEqual([organization.id, organization.verifiedDomains[0]?.name], [tenant.id, tenant.domain]);
    assert.equal(get(`/organization/${tenant.id}`).status, 200);
  });
});
