import assert from "node:assert/strict";
import type { Caller } from "../../../sandbox";
import {
  call,
  createApplication,
  createServicePrincipal,
  refusal,
  TestTenant,
  type Answer,
} from "../tenant-fixture";

/* eslint-disable @typescript-eslint/no-unsafe-member-access -- JSON of any shape is what is asserted on */

const BAD = "400 Request_BadRequest";
const DENIED = "403 Authorization_RequestDenied";
const SECURITY: Caller = {
  appId: "a security team's",
  roles: [
    "CustomSecAttributeDefinition.ReadWrite.All",
    "CustomSecAttributeAssignment.ReadWrite.All",
    "Application.Read.All",
  ],
};

describe("sandbox: custom security attributes", () => {
  let tenant: TestTenant;
  let path: string;
  beforeEach(() => {
    tenant = TestTenant.at();
    path = `/servicePrincipals/${createServicePrincipal(tenant, createApplication(tenant, "marked").appId).id}`;
    assert.equal(
      call(
        tenant,
        "POST",
        "/directory/attributeSets",
        { id: "Engineering", maxAttributesPerSet: 5 },
        SECURITY,
      ).status,
      201,
    );
    for (const more of [
      { name: "Project", type: "String" },
      { name: "Teams", type: "String", isCollection: true },
      { name: "Level", type: "Integer" },
      {
        name: "Stage",
        type: "String",
        usePreDefinedValuesOnly: true,
        allowedValues: [
          { id: "test", isActive: true },
          { id: "old", isActive: false },
        ],
      },
      { name: "Gone", type: "Boolean", status: "Deprecated" },
    ]) {
      assert.equal(define({ attributeSet: "Engineering", status: "Available", ...more }).status, 201);
    }
  });

  const define = (body: object, caller = SECURITY): Answer =>
    call(tenant, "POST", "/directory/customSecurityAttributeDefinitions", body, caller);
  const assign = (Engineering: object, caller = SECURITY): Answer =>
    call(tenant, "PATCH", path, { customSecurityAttributes: { Engineering } }, caller);
  const assigned = (caller = SECURITY): Answer =>
    call(tenant, "GET", `${path}?$select=customSecurityAttributes`, undefined, caller);

  it("assigns, merges, and takes away with null, in the form Graph has", () => {
    assert.equal(assign({ Project: "Baker", Level: 3 }).status, 204);
    assert.equal(
      assign({ "Teams@odata.type": "#Collection(String)", Teams: ["a", "b"], Project: null }).status,
      204,
    );
    assert.deepEqual(assigned().body.customSecurityAttributes, {
      Engineering: {
        "@odata.type": "#Microsoft.DirectoryServices.CustomSecurityAttributeValue",
        "Level@odata.type": "#Int32",
        Level: 3,
        "Teams@odata.type": "#Collection(String)",
        Teams: ["a", "b"],
      },
    });
  });

  it("shows them to who selects them and may read them, and to nobody else", () => {
    assign({ Project: "Baker" });
    assert.equal("customSecurityAttributes" in call(tenant, "GET", path).body, false);
    assert.equal(refusal(assigned(tenant.deployer)), DENIED);
    assert.equal(refusal(call(tenant, "GET", "/servicePrincipals?$select=customSecurityAttributes")), DENIED);
  });

  it("lets who assigns attributes change nothing else, and who changes principals assign none", () => {
    assert.equal(refusal(call(tenant, "PATCH", path, { tags: ["x"] }, SECURITY)), DENIED);
    assert.equal(
      refusal(call(tenant, "PATCH", path, { tags: ["x"], customSecurityAttributes: {} }, SECURITY)),
      DENIED,
    );
    assert.equal(refusal(assign({ Project: "Baker" }, tenant.deployer)), DENIED);
    assert.equal(
      refusal(
        define(
          { attributeSet: "Engineering", name: "X", type: "String", status: "Available" },
          tenant.deployer,
        ),
      ),
      DENIED,
    );
  });

  const wrong: [string, object][] = [
    ["an attribute nobody defined", { Nothing: "x" }],
    ["a number as text", { Level: "3" }],
    ["one value for many", { Teams: "a" }],
    ["many values for one", { Project: ["a"] }],
    ["a value that is not on the list", { Stage: "production" }],
    ["a value that is on the list no more", { Stage: "old" }],
    ["a deprecated attribute", { Gone: true }],
    ["a text of 65 characters", { Project: "x".repeat(65) }],
  ];
  for (const [situation, values] of wrong) {
    it(`refuses ${situation}`, () => {
      assert.equal(refusal(assign(values)), BAD);
      assert.equal(assigned().body.customSecurityAttributes, null);
    });
  }

  it("refuses a set nobody defined, and the names every object has", () => {
    for (const set of ["Marketing", "__proto__", "constructor"]) {
      const body = JSON.parse(`{"customSecurityAttributes":{"${set}":{"Project":"x"}}}`) as object;
      assert.equal(refusal(call(tenant, "PATCH", path, body, SECURITY)), BAD, set);
    }
  });

  it("keeps definitions apart, in number and in what can change", () => {
    const fields = { attributeSet: "Engineering", name: "Sixth", type: "String", status: "Available" };
    assert.equal(refusal(define(fields)), BAD, "the set holds five");
    assert.equal(refusal(define({ ...fields, attributeSet: "Marketing" })), BAD);
    const definition = "/directory/customSecurityAttributeDefinitions/Engineering_Project";
    assert.equal(refusal(call(tenant, "PATCH", definition, { type: "Integer" }, SECURITY)), BAD);
    assert.equal(call(tenant, "PATCH", definition, { status: "Deprecated" }, SECURITY).status, 204);
    assert.equal(call(tenant, "GET", definition, undefined, SECURITY).body.status, "Deprecated");
    assert.equal(refusal(assign({ Project: "x" })), BAD);
    assert.equal(
      call(tenant, "PATCH", "/directory/attributeSets/Engineering", { maxAttributesPerSet: 6 }, SECURITY)
        .status,
      204,
    );
    assert.equal(define(fields).status, 201);
    const listed = call(
      tenant,
      "GET",
      "/directory/customSecurityAttributeDefinitions?$select=id",
      undefined,
      SECURITY,
    ).body.value as unknown[];
    assert.equal(listed.length, 6);
    assert.equal(
      call(tenant, "GET", "/directory/attributeSets", undefined, SECURITY).body.value[0].id,
      "Engineering",
    );
    assert.equal(
      call(tenant, "GET", "/directory/attributeSets/Engineering", undefined, SECURITY).status,
      200,
    );
  });
});
