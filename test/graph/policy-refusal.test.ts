import assert from "node:assert/strict";
import {
  type CredentialKind,
  DEFAULT_POLICY_ID,
  explainRefusal,
  explainRefusedCredential,
  type RefusalExplanation,
  refusalKind,
  refusingPolicyId,
} from "../../graph";
import { DirectoryFixture } from "../provider/directory-fixture";
import { createApplication, makeCertificate, restrictTenant } from "../sandbox/tenant-fixture";

const TYPE = {
  code: "CredentialTypeNotAllowedAsPerAppPolicy",
  message: `as per assigned policy '${DEFAULT_POLICY_ID}'.`,
};

describe("why a credential was refused", () => {
  let fixture: DirectoryFixture;
  let application: string;

  beforeEach(async () => {
    fixture = await DirectoryFixture.start();
    application = createApplication(fixture.tenant, "billing").id;
  });
  afterEach(async () => {
    await fixture.close();
  });

  /** Tries to add a credential and explains the refusal. */
  async function explain(tried: CredentialKind): Promise<RefusalExplanation> {
    const path = `/applications/${application}`;
    const error: unknown = await (
      tried === "password"
        ? fixture.client.post(`${path}/addPassword`, { passwordCredential: {} })
        : fixture.client.patch(path, { keyCredentials: [await certificate()] })
    ).catch((reason: unknown) => reason);
    const explanation = await explainRefusedCredential(fixture.client, error, { tried });
    return explanation ?? assert.fail(String(error));
  }
  const certificate = async (): Promise<object> =>
    (await makeCertificate("2026-11-21T12:00:00Z", "2027-11-21T12:00:00Z")).keyCredential;

  it("names the tenant's policy, the restriction, since when, and what to do instead", async () => {
    restrictTenant(fixture.tenant, [
      {
        restrictionType: "passwordAddition",
        state: "enabled",
        restrictForAppsCreatedAfterDateTime: "2020-01-01T00:00:00Z",
      },
      { restrictionType: "symmetricKeyAddition", state: "enabled" },
    ]);
    const { policyId, policyName, restrictions, message } = await explain("password");
    assert.equal(policyId, DEFAULT_POLICY_ID);
    assert.equal(policyName, "Default app management tenant policy");
    assert.deepEqual(restrictions, ["passwordAddition"]);
    assert.equal(
      message,
      `The tenant's default app management policy "Default app management tenant policy" (${DEFAULT_POLICY_ID}) does not allow a client secret. ` +
        "Restriction: passwordAddition, for objects created after 2020-01-01T00:00:00.000Z. " +
        "Use a federated credential or a managed identity, else a certificate within the allowed lifetime; " +
        "where that is impossible, ask for an exemption with an end (a custom app management policy for this one application). Repeating the request changes nothing.",
    );
  });

  it("says of a lifetime that the bound itself is too long", async () => {
    restrictTenant(fixture.tenant, [
      { restrictionType: "asymmetricKeyLifetime", state: "enabled", maxLifetime: "P180D" },
    ]);
    const { restrictions, message } = await explain("certificate");
    assert.deepEqual(restrictions, ["asymmetricKeyLifetime"]);
    assert.match(
      message,
      /does not allow a certificate to live that long\. Restriction: asymmetricKeyLifetime, shorter than 180 days \(180 exactly is too long\), for objects created at any time\. Issue a shorter certificate and rotate it;/,
    );
  });

  it("names a custom policy and its owner as the one to ask", async () => {
    const { body } = fixture.graph("POST", "/v1.0/policies/appManagementPolicies", {
      displayName: "Partners\u001b[31m",
      description: "x",
      isEnabled: true,
      restrictions: { passwordCredentials: [{ restrictionType: "passwordAddition", state: "enabled" }] },
    });
    const { id } = body as { id: string };
    const reference = {
      "@odata.id": `https://graph.microsoft.com/v1.0/policies/appManagementPolicies/${id}`,
    };
    fixture.graph("POST", `/v1.0/applications/${application}/appManagementPolicies/$ref`, reference);
    const { policyId, message } = await explain("password");
    assert.equal(policyId, id);
    assert.match(
      message,
      new RegExp(
        `^The app management policy "Partners \\[31m" \\(${id}\\), which is assigned to this object, does not`,
      ),
    );
    assert.match(message, /have the policy's owner change it/);
    assert.ok(!message.includes("\u001b"));
  });

  it("is honest when the policy may not be read", async () => {
    restrictTenant(fixture.tenant, [{ restrictionType: "passwordAddition", state: "enabled" }]);
    fixture.before = ({ method, path }) =>
      method === "GET" && path.includes("/policies/") ? new Response("{}", { status: 403 }) : undefined;
    const { policyId, restrictions, message } = await explain("password");
    assert.equal(policyId, DEFAULT_POLICY_ID);
    assert.deepEqual(restrictions, []);
    assert.match(
      message,
      /could not be read \(not permitted\): that takes the permission Policy\.Read\.All\./,
    );
  });

  it("says so when nothing in the policy explains it any more", () => {
    const policy = { id: DEFAULT_POLICY_ID, displayName: "", isDefault: true, entries: [] };
    assert.match(
      explainRefusal(TYPE, policy, "password")?.message ?? "",
      /None of its restrictions explains that now/,
    );
  });

  it("goes by the code, and by the text where there is none; nothing else is a refusal", () => {
    assert.equal(refusalKind(TYPE), "type");
    assert.equal(refusalKind({ code: "CredentialInvalidLifetimeAsPerAppPolicy", message: "" }), "lifetime");
    const text = "Credential type not allowed as per assigned policy '1'.";
    assert.equal(refusalKind({ code: "Request_BadRequest", message: text }), "type");
    assert.equal(
      refusalKind({ code: undefined, message: "Lifetime too long as per assigned policy" }),
      "lifetime",
    );
    assert.equal(refusalKind({ code: "Request_BadRequest", message: "Invalid value." }), undefined);
    assert.equal(explainRefusal({ code: undefined, message: "no" }, undefined), undefined);
    assert.equal(refusingPolicyId({ code: undefined, message: "no id here" }), undefined);
    const unnamed = explainRefusal({ code: TYPE.code, message: "" }, undefined);
    assert.match(
      unnamed?.message ?? "",
      /^An app management policy of the tenant, which Graph does not name, does not allow the credential\./,
    );
  });
});
