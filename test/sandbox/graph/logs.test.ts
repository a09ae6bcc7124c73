import assert from "node:assert/strict";
import { ADA_USER_ID } from "../../../sandbox/tenant/seed";
import type { DirectoryAudit } from "../../../sandbox";
import {
  call,
  createApplication,
  createServicePrincipal,
  DAY,
  makeCertificate,
  refusal,
  TestTenant,
  type Answer,
} from "../tenant-fixture";

/* eslint-disable @typescript-eslint/no-unsafe-assignment, @typescript-eslint/no-unsafe-member-access -- JSON of any shape is what is asserted on */

const CREDENTIALS_UPDATED = "Update application – Certificates and secrets management ";

describe("sandbox: the audit log", () => {
  let tenant: TestTenant;
  beforeEach(() => {
    tenant = TestTenant.at();
  });

  const read = (path: string, version = "v1.0"): Answer => {
    const caller = { appId: tenant.deployer.appId, roles: ["AuditLog.Read.All"] };
    const { status, body } = tenant.graph({ method: "GET", path: `/${version}${path}`, caller });
    return { status, body };
  };
  /** What was logged while something happened, oldest first. */
  const loggedBy = (act: () => void): readonly DirectoryAudit[] => {
    const before = tenant.directoryAudits.length;
    act();
    const { body } = read("/auditLogs/directoryAudits");
    return (body.value as DirectoryAudit[]).slice(0, body.value.length - before).reverse();
  };
  const operations = (act: () => void): string[] =>
    loggedBy(act).map(({ activityDisplayName }) => activityDisplayName);
  const ok = (method: "POST" | "PATCH" | "DELETE", path: string, body?: object): Answer => {
    const caller = {
      ...tenant.deployer,
      roles: [...tenant.deployer.roles, "AppRoleAssignment.ReadWrite.All"],
    };
    const answer = call(tenant, method, path, body, caller);
    assert.ok(answer.status < 300, `${method} ${path}: ${JSON.stringify(answer.body)}`);
    return answer;
  };
  const reference = (path: string) => ({ "@odata.id": `https://graph.microsoft.com/v1.0${path}` });

  it("has an entry for every change, and none for what was refused or read", async () => {
    const certificate = await makeCertificate();
    let id = "";
    let principal = "";
    let policy = "";
    const create = { displayName: "logged", keyCredentials: [certificate.keyCredential] };
    const steps: [string, () => void, readonly string[]][] = [
      [
        "create with a certificate",
        () => {
          id = ok("POST", "/applications", create).body.id;
        },
        ["Add application", "Create application – Certificates and secrets management "],
      ],
      [
        "rename",
        () => ok("PATCH", `/applications/${id}`, { displayName: "renamed" }),
        ["Update application"],
      ],
      ["rename to the same", () => ok("PATCH", `/applications/${id}`, { displayName: "renamed" }), []],
      [
        "drop the certificate",
        () => ok("PATCH", `/applications/${id}`, { keyCredentials: [] }),
        [CREDENTIALS_UPDATED],
      ],
      ["add a secret", () => ok("POST", `/applications/${id}/addPassword`, {}), [CREDENTIALS_UPDATED]],
      ["read", () => call(tenant, "GET", `/applications/${id}`), []],
      ["be refused", () => call(tenant, "PATCH", `/applications/${id}`, { shoeSize: 1 }), []],
      [
        "add an owner",
        () => ok("POST", `/applications/${id}/owners/$ref`, reference(`/users/${ADA_USER_ID}`)),
        ["Add owner to application"],
      ],
      [
        "remove the owner",
        () => ok("DELETE", `/applications/${id}/owners/${ADA_USER_ID}/$ref`),
        ["Remove owner from application"],
      ],
      [
        "federate",
        () =>
          ok("POST", `/applications/${id}/federatedIdentityCredentials`, {
            name: "fic",
            issuer: "https://i.example",
            subject: "s",
            audiences: ["a"],
          }),
        ["Update application"],
      ],
      [
        "end the federation",
        () => ok("DELETE", `/applications/${id}/federatedIdentityCredentials/fic`),
        ["Update application"],
      ],
      [
        "make a service principal",
        () => {
          const { appId } = tenant.applications.get(id) ?? { appId: "" };
          principal = ok("POST", "/servicePrincipals", { appId }).body.id;
        },
        ["Add service principal"],
      ],
      [
        "change it",
        () => ok("PATCH", `/servicePrincipals/${principal}`, { tags: ["x"] }),
        ["Update service principal"],
      ],
      [
        "give it a secret",
        () => ok("POST", `/servicePrincipals/${principal}/addPassword`, {}),
        ["Add service principal credentials"],
      ],
      [
        "take it away",
        () => {
          const keyId = tenant.servicePrincipals.get(principal)?.passwordCredentials[0]?.keyId;
          ok("POST", `/servicePrincipals/${principal}/removePassword`, { keyId });
        },
        ["Remove service principal credentials"],
      ],
      [
        "grant a permission",
        () => {
          const graph = tenant.servicePrincipalByAppId("00000003-0000-0000-c000-000000000000");
          const body = {
            principalId: principal,
            resourceId: graph?.id,
            appRoleId: "9a5d68dd-52b0-4cc2-bd40-abcf44ac3a30",
          };
          ok("POST", `/servicePrincipals/${principal}/appRoleAssignments`, body);
        },
        ["Add app role assignment to service principal"],
      ],
      [
        "take it back",
        () => {
          const [grant] = tenant.servicePrincipals.get(principal)?.appRoleAssignments ?? [];
          ok("DELETE", `/servicePrincipals/${principal}/appRoleAssignments/${grant?.id ?? ""}`);
        },
        ["Remove app role assignment from service principal"],
      ],
      [
        "make a policy",
        () => {
          const body = { displayName: "p", description: "d" };
          policy = ok("POST", "/policies/appManagementPolicies", body).body.id;
        },
        ["Add policy"],
      ],
      [
        "change it",
        () => ok("PATCH", `/policies/appManagementPolicies/${policy}`, { isEnabled: true }),
        ["Update policy"],
      ],
      [
        "assign it",
        () =>
          ok(
            "POST",
            `/applications/${id}/appManagementPolicies/$ref`,
            reference(`/policies/appManagementPolicies/${policy}`),
          ),
        ["Add policy to application"],
      ],
      [
        "withdraw it",
        () => ok("DELETE", `/applications/${id}/appManagementPolicies/${policy}/$ref`),
        ["Remove policy from application"],
      ],
      [
        "assign it to the principal",
        () =>
          ok(
            "POST",
            `/servicePrincipals/${principal}/appManagementPolicies/$ref`,
            reference(`/policies/appManagementPolicies/${policy}`),
          ),
        ["Add policy to service principal"],
      ],
      [
        "withdraw it there",
        () => ok("DELETE", `/servicePrincipals/${principal}/appManagementPolicies/${policy}/$ref`),
        ["Remove policy from service principal"],
      ],
      ["delete it", () => ok("DELETE", `/policies/appManagementPolicies/${policy}`), ["Delete policy"]],
      [
        "change the tenant's default",
        () => ok("PATCH", "/policies/defaultAppManagementPolicy", { isEnabled: false }),
        ["Update policy"],
      ],
      [
        "delete the application",
        () => ok("DELETE", `/applications/${id}`),
        ["Delete application", "Remove service principal"],
      ],
      ["restore it", () => ok("POST", `/directory/deletedItems/${id}/restore`), ["Restore application"]],
      [
        "restore the principal",
        () => ok("POST", `/directory/deletedItems/${principal}/restore`),
        ["Restore service principal"],
      ],
      [
        "delete the principal",
        () => ok("DELETE", `/servicePrincipals/${principal}`),
        ["Remove service principal"],
      ],
      [
        "purge it",
        () => ok("DELETE", `/directory/deletedItems/${principal}`),
        ["Hard delete service principal"],
      ],
    ];
    for (const [step, act, expected] of steps) assert.deepEqual(operations(act), expected, step);
  });

  it("has entries for Conditional Access and named locations, in the category of policies", () => {
    let location = "";
    const range = { "@odata.type": "#microsoft.graph.iPv4CidrRange", cidrAddress: "203.0.113.0/24" };
    const entries = loggedBy(() => {
      const body = {
        "@odata.type": "#microsoft.graph.ipNamedLocation",
        displayName: "office",
        ipRanges: [range],
      };
      location = ok("POST", "/identity/conditionalAccess/namedLocations", body).body.id;
      const policy = {
        displayName: "office only",
        state: "enabled",
        conditions: {
          applications: { includeApplications: ["All"] },
          clientApplications: { includeServicePrincipals: ["ServicePrincipalsInMyTenant"] },
          locations: { includeLocations: ["All"], excludeLocations: [location] },
        },
        grantControls: { operator: "OR", builtInControls: ["block"] },
      };
      const { id } = ok("POST", "/identity/conditionalAccess/policies", policy).body as { id: string };
      ok("PATCH", `/identity/conditionalAccess/policies/${id}`, { state: "disabled" });
      ok("DELETE", `/identity/conditionalAccess/policies/${id}`);
      ok("PATCH", `/identity/conditionalAccess/namedLocations/${location}`, { displayName: "offices" });
      ok("DELETE", `/identity/conditionalAccess/namedLocations/${location}`);
    });
    assert.deepEqual(
      entries.map(({ activityDisplayName, category, loggedByService }) => [
        activityDisplayName,
        category,
        loggedByService,
      ]),
      [
        "Add named location",
        "Add Conditional Access policy",
        "Update Conditional Access policy",
        "Delete Conditional Access policy",
        "Update named location",
        "Delete named location",
      ].map((name) => [name, "Policy", "Conditional Access"]),
    );
  });

  it("describes credentials before and after, as KeyDescription has them, and names the caller", () => {
    const { id } = createApplication(tenant, "with secrets");
    const first = ok("POST", `/applications/${id}/addPassword`, {
      passwordCredential: { displayName: "one" },
    }).body;
    const [entry] = loggedBy(() =>
      ok("POST", `/applications/${id}/addPassword`, { passwordCredential: { displayName: "two" } }),
    );
    const second = tenant.applications.get(id)?.passwordCredentials[1]?.keyId ?? "";
    const describe = (keyId: string, name: string): string =>
      `[KeyIdentifier=${keyId},KeyType=Password,KeyUsage=Verify,DisplayName=${name}]`;
    assert.deepEqual(entry?.targetResources, [
      {
        id,
        displayName: "with secrets",
        type: "Application",
        userPrincipalName: null,
        groupType: null,
        modifiedProperties: [
          {
            displayName: "KeyDescription",
            oldValue: JSON.stringify([describe(first.keyId as string, "one")]),
            newValue: JSON.stringify([describe(first.keyId as string, "one"), describe(second, "two")]),
          },
          { displayName: "Included Updated Properties", oldValue: null, newValue: '"KeyDescription"' },
        ],
      },
    ]);
    const self = tenant.servicePrincipalByAppId(tenant.deployer.appId);
    assert.deepEqual(entry.initiatedBy, {
      user: null,
      app: {
        appId: null,
        displayName: "certlock-deployer",
        servicePrincipalId: self?.id,
        servicePrincipalName: null,
      },
    });
    // An en dash: who compares with the hyphen of the documents finds nothing.
    assert.equal(entry.activityDisplayName.codePointAt("Update application ".length), 0x2013);
  });

  it("never holds a secret or key material", async () => {
    const certificate = await makeCertificate();
    const { id } = createApplication(tenant, "secretive");
    const { secretText } = ok("POST", `/applications/${id}/addPassword`, {}).body as { secretText: string };
    ok("PATCH", `/applications/${id}`, { keyCredentials: [certificate.keyCredential] });
    const log = JSON.stringify(tenant.directoryAudits);
    assert.equal(log.includes(secretText), false);
    assert.equal(log.includes(certificate.keyCredential.key.slice(0, 60)), false);
  });

  it("lists the newest first, filters by time, operation and target, and pages while it grows", () => {
    for (let day = 0; day < 5; day++) {
      createApplication(tenant, `day-${day}`);
      tenant.advance(DAY);
    }
    const dates = (path: string): string[] =>
      (read(path).body.value as DirectoryAudit[]).map(({ activityDateTime }) =>
        activityDateTime.slice(0, 10),
      );
    const filter = (text: string): string => `/auditLogs/directoryAudits?$filter=${encodeURIComponent(text)}`;
    assert.deepEqual(
      dates(filter("activityDateTime ge 2026-11-23T00:00:00Z and activityDateTime lt 2026-11-25T00:00:00Z")),
      ["2026-11-24", "2026-11-23"],
    );
    assert.equal(dates(filter("startswith(activityDisplayName,'Add app')")).length, 5);
    assert.equal(dates(filter("category eq 'Policy'")).length, 0);
    const { id } = [...tenant.applications.values()][2] ?? { id: "" };
    assert.deepEqual(dates(filter(`targetResources/any(t: t/id eq '${id}')`)), ["2026-11-22"]);
    assert.deepEqual(dates(filter("initiatedBy/app/displayName eq 'certlock-deployer'")).length, 5);
    assert.deepEqual(dates("/auditLogs/directoryAudits?$orderby=activityDateTime asc&$top=1"), [
      "2026-11-21",
    ]);

    const first = read("/auditLogs/directoryAudits?$top=2").body;
    createApplication(tenant, "meanwhile");
    const next = (first["@odata.nextLink"] as string).replace("https://graph.microsoft.com/v1.0", "");
    assert.deepEqual(dates(next), ["2026-11-23", "2026-11-22"]);
    const [entry] = first.value as [DirectoryAudit];
    assert.equal(read(`/auditLogs/directoryAudits/${entry.id}`).body.id, entry.id);
  });

  it("is for readers of audit logs only", () => {
    assert.equal(
      refusal(call(tenant, "GET", "/auditLogs/directoryAudits")),
      "403 Authorization_RequestDenied",
    );
    assert.equal(createServicePrincipal(tenant, createApplication(tenant, "x").appId).id.length, 36);
  });
});
