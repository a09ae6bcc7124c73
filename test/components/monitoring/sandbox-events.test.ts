/** What the sandbox tenant writes into its audit log is found by the alerts: log and queries were written apart. */
import assert from "node:assert/strict";
import type { AlertId } from "../../../components/monitoring/alerts";
import type { Tenant } from "../../../sandbox/tenant/tenant";
import {
  call,
  createApplication,
  createServicePrincipal,
  makeCertificate,
  TestTenant,
} from "../../sandbox/tenant-fixture";
import { exported } from "./log-rows";
import { PIPELINE } from "./query-values";
import { kustoOrSkip, type Row, runQueries } from "./run-queries";

const ALERTS: readonly AlertId[] = [
  "secret-added",
  "certificate-added",
  "federated-credential-added",
  "owner-added",
  "policy-changed",
];

describe("events of the sandbox tenant", () => {
  let found: ReadonlyMap<AlertId, readonly Row[]>;
  let foundByPipeline: ReadonlyMap<AlertId, readonly Row[]>;
  let application: { readonly id: string; readonly appId: string };
  let principal: { readonly id: string };

  before(async function () {
    const python = await kustoOrSkip(this);
    const tenant = TestTenant.at("2026-11-30T11:30:00Z");
    application = createApplication(tenant, "ledger");
    principal = createServicePrincipal(tenant, application.appId);
    act(tenant, application, principal, (await makeCertificate()).der.toString("base64"));
    const deployer = tenant.servicePrincipalByAppId(tenant.deployer.appId)?.id ?? "";
    const rows = { AuditLogs: tenant.directoryAudits.map(exported) };
    const run = async (allowedInitiators: readonly string[]) => {
      const guarded = [
        { application: "ledger", objectId: application.id, principalId: principal.id, networks: [] },
      ];
      const values = { guarded, allowedInitiators };
      const answers = await runQueries(
        python,
        ALERTS.map((alert) => ({ alert, rows, values })),
      );
      return new Map(ALERTS.map((alert, index) => [alert, answers[index] ?? []]));
    };
    found = await run([PIPELINE]);
    foundByPipeline = await run([deployer.toLowerCase()]);
  });

  it("secrets are found on the application and on its service principal, whoever added them", () => {
    const where = (rows: readonly Row[] = []) =>
      rows.map(({ TargetId, TargetType }) => `${String(TargetType)} ${String(TargetId)}`);
    const both = [`Application ${application.id}`, `ServicePrincipal ${principal.id}`];
    assert.deepEqual(where(found.get("secret-added")).sort(), both);
    assert.deepEqual(where(foundByPipeline.get("secret-added")).sort(), both);
  });

  it("a certificate, a federated credential, an owner and policies are found, each once", () => {
    assert.deepEqual(
      ["certificate-added", "federated-credential-added", "owner-added"].map(
        (alert) => found.get(alert as AlertId)?.length,
      ),
      [1, 1, 1],
    );
    assert.deepEqual(
      found
        .get("policy-changed")
        ?.map(({ OperationName }) => OperationName)
        .sort(),
      [
        "Add Conditional Access policy",
        "Add named location",
        "Add policy",
        "Add policy to application",
        "Update policy",
      ],
    );
  });

  it("nothing but secrets is found of a principal that may", () => {
    assert.deepEqual(
      ALERTS.filter((alert) => foundByPipeline.get(alert)?.length !== 0),
      ["secret-added"],
    );
  });
});

function act(
  tenant: Tenant,
  application: { readonly id: string },
  principal: { readonly id: string },
  certificate: string,
): void {
  const done = (...[method, path, body]: [Parameters<typeof call>[1], string, unknown?]) => {
    const answer = call(tenant, method, path, body);
    assert.ok(answer.status < 300, `${method} ${path}: ${JSON.stringify(answer.body)}`);
    return answer.body as { readonly id: string };
  };
  done("POST", `/applications/${application.id}/addPassword`, { passwordCredential: { displayName: "x" } });
  done("POST", `/servicePrincipals/${principal.id}/addPassword`, { passwordCredential: {} });
  done("POST", `/applications/${application.id}/federatedIdentityCredentials`, {
    name: "main",
    issuer: "https://token.actions.githubusercontent.com",
    subject: "repo:contoso/ledger:ref:refs/heads/main",
    audiences: ["api://AzureADTokenExchange"],
  });
  done("PATCH", `/applications/${application.id}`, {
    keyCredentials: [{ type: "AsymmetricX509Cert", usage: "Verify", key: certificate }],
  });
  const location = done("POST", "/identity/conditionalAccess/namedLocations", {
    "@odata.type": "#microsoft.graph.ipNamedLocation",
    displayName: "office",
    isTrusted: false,
    ipRanges: [{ "@odata.type": "#microsoft.graph.iPv4CidrRange", cidrAddress: "198.51.100.0/24" }],
  });
  done("POST", "/identity/conditionalAccess/policies", {
    displayName: "lock",
    state: "enabledForReportingButNotEnforced",
    conditions: {
      applications: { includeApplications: ["All"] },
      users: { includeUsers: ["None"] },
      clientApplications: { includeServicePrincipals: [principal.id] },
      clientAppTypes: ["all"],
      locations: { includeLocations: ["All"], excludeLocations: [location.id] },
    },
    grantControls: { operator: "OR", builtInControls: ["block"] },
  });
  const policy = done("POST", "/policies/appManagementPolicies", {
    displayName: "exempt",
    description: "x",
    isEnabled: true,
    restrictions: { passwordCredentials: [], keyCredentials: [] },
  });
  done("POST", `/applications/${application.id}/appManagementPolicies/$ref`, {
    "@odata.id": `https://graph.microsoft.com/v1.0/policies/appManagementPolicies/${policy.id}`,
  });
  done("PATCH", "/policies/defaultAppManagementPolicy", { isEnabled: true });
  const user = tenant.deployer.appId;
  done("POST", `/applications/${application.id}/owners/$ref`, {
    "@odata.id": `https://graph.microsoft.com/v1.0/directoryObjects/${tenant.servicePrincipalByAppId(user)?.id ?? ""}`,
  });
}
