import type { KeyCredential, PasswordCredential } from "../tenant/directory-objects";
import type { Caller, GraphRequest } from "../tenant/graph-request";
import { readCertificate } from "../tenant/certificate";
import { graphDateTime, newGuid } from "../tenant/identifiers";
import { MICROSOFT_GRAPH } from "../tenant/microsoft-services";
import { ADA_USER_ID, GRACE_USER_ID } from "../tenant/seed";
import type { Tenant } from "../tenant/tenant";
import { generateApplications } from "./generate";
import { addApplication, type SeededHolders } from "./holders";
import { invalidSeed, type Seed, type SeededApplication, type SeededCredential } from "./seed";
import { SeededCertificate } from "./seeded-certificate";
import type { SeededRandom } from "./seeded-random";
import { addSignIn, sortSignIns } from "./sign-ins";

const DAY = 86_400_000;
const PEOPLE: Readonly<Record<string, string>> = { ada: ADA_USER_ID, grace: GRACE_USER_ID };

/** Who has filled the tenant: with every permission a seed can need. */
const ADMINISTRATOR: Caller = {
  appId: "an administrator",
  roles: [
    "Application.ReadWrite.All",
    "CustomSecAttributeAssignment.ReadWrite.All",
    "CustomSecAttributeDefinition.ReadWrite.All",
    "Policy.Read.All",
    "Policy.ReadWrite.ApplicationConfiguration",
    "Policy.ReadWrite.ConditionalAccess",
  ],
};

/**
 * Fills a tenant. What Graph has a body for goes through Graph, which judges it.
 * @throws SandboxError `SANDBOX_SEED_INVALID` with every problem at once.
 */
export function applySeed(tenant: Tenant, seed: Seed, random: SeededRandom): void {
  const problems: string[] = [];
  const write = (place: string, method: GraphRequest["method"], path: string, body: object): unknown => {
    const answer = tenant.graph({ method, path: `/beta${path}`, body, caller: ADMINISTRATOR });
    if (answer.status < 300) return answer.body;
    const { error } = answer.body as { error: { code: string; message: string } };
    problems.push(`"${place}" is refused by Graph: ${error.code}: ${error.message}`);
    return undefined;
  };
  const each = (place: keyof Seed, bodies: readonly object[] | undefined, path: string): void => {
    bodies?.forEach((body, index) => write(`${place}[${index}]`, "POST", path, body));
  };
  each("attributeSets", seed.attributeSets, "/directory/attributeSets");
  each(
    "customSecurityAttributeDefinitions",
    seed.customSecurityAttributeDefinitions,
    "/directory/customSecurityAttributeDefinitions",
  );
  each("appManagementPolicies", seed.appManagementPolicies, "/policies/appManagementPolicies");

  if (seed.generate) generateApplications(tenant, seed.generate);
  const byName = new Map<string, SeededHolders>();
  seed.applications?.forEach((given, index) => {
    const place = `applications[${index}]`;
    const holders = addGiven(tenant, random, given, place, problems);
    if (!holders) return;
    byName.set(given.displayName, holders);
    const { application, principal } = holders;
    if (given.customSecurityAttributes && principal) {
      write(`${place}.customSecurityAttributes`, "PATCH", `/servicePrincipals/${principal.id}`, {
        customSecurityAttributes: given.customSecurityAttributes,
      });
    }
    if (given.appManagementPolicy === undefined) return;
    const policy = [...tenant.appManagementPolicies.values()].find(
      ({ displayName }) => displayName === given.appManagementPolicy,
    );
    if (policy) application.appManagementPolicyId = policy.id;
    else problems.push(`"${place}.appManagementPolicy" names no policy of "appManagementPolicies".`);
  });

  each("namedLocations", seed.namedLocations, "/identity/conditionalAccess/namedLocations");
  each("conditionalAccessPolicies", seed.conditionalAccessPolicies, "/identity/conditionalAccess/policies");
  if (seed.defaultAppManagementPolicy) {
    const path = "/policies/defaultAppManagementPolicy";
    write("defaultAppManagementPolicy", "PATCH", path, seed.defaultAppManagementPolicy);
  }
  seed.signIns?.forEach(({ application, ipAddress = "198.51.100.10", errorCode = 0, ...given }, index) => {
    const holders = byName.get(application);
    if (holders) addSignIn(tenant, random, holders, { ...given, ipAddress, errorCode });
    else problems.push(`"signIns[${index}].application" names no application of "applications".`);
  });
  sortSignIns(tenant);
  // The tenant's own history begins with its first caller.
  tenant.directoryAudits.length = 0;
  if (problems.length > 0) throw invalidSeed(problems);
}

function addGiven(
  tenant: Tenant,
  random: SeededRandom,
  given: SeededApplication,
  place: string,
  problems: string[],
): SeededHolders | undefined {
  const before = problems.length;
  const owners = (given.owners ?? []).map((owner, index) => {
    const id = PEOPLE[owner] ?? owner.toLowerCase();
    if (!tenant.directoryObject(id))
      problems.push(`"${place}.owners[${index}]" is nobody; give ada, grace or an id.`);
    return id;
  });
  const id = given.id?.toLowerCase();
  const appId = given.appId?.toLowerCase();
  if (id !== undefined && tenant.directoryObject(id)) problems.push(`"${place}.id" is in use.`);
  if (appId !== undefined && tenant.applicationByAppId(appId)) problems.push(`"${place}.appId" is in use.`);
  const graph = tenant.servicePrincipalByAppId(MICROSOFT_GRAPH.appId);
  const grants = (given.permissions ?? []).map((permission, index) => {
    const role = MICROSOFT_GRAPH.appRoles.find(({ value }) => value === permission);
    if (!role)
      problems.push(`"${place}.permissions[${index}]" is no application permission the sandbox knows.`);
    return role?.id ?? "";
  });
  const keyCredentials = [
    ...(given.certificates ?? []).flatMap((one, index) => {
      const key = certificate(tenant, random, one, given.displayName);
      if (!key) problems.push(`"${place}.certificates[${index}].certificatePem" is no certificate.`);
      return key ?? [];
    }),
    ...(given.symmetricKeys ?? []).map((one) => symmetricKey(tenant, random, one)),
  ];
  if (problems.length > before) return undefined;
  const holders = addApplication(tenant, random, {
    displayName: given.displayName,
    createdDateTime: given.createdDateTime ?? graphDateTime(tenant.clock()),
    signInAudience: given.signInAudience ?? "AzureADMyOrg",
    owners,
    passwordCredentials: (given.secrets ?? []).map((one) => secret(tenant, random, one)),
    keyCredentials,
    federatedIdentityCredentials: (given.federatedCredentials ?? []).map(
      ({ name, issuer, subject, audience = "api://AzureADTokenExchange" }) => ({
        ...{ id: newGuid(random.bytes), name, issuer, subject },
        audiences: [audience],
        description: null,
      }),
    ),
    hasServicePrincipal: given.servicePrincipal ?? true,
    ...(id !== undefined && { id }),
    ...(appId !== undefined && { appId }),
  });
  if (holders.principal && graph) {
    holders.principal.appRoleAssignments = grants.map((appRoleId) => ({
      id: newGuid(random.bytes),
      appRoleId,
      createdDateTime: graphDateTime(tenant.clock()),
      resourceId: graph.id,
    }));
  }
  return holders;
}

function dates(tenant: Tenant, given: SeededCredential): { startDateTime: string; endDateTime: string } {
  const now = tenant.clock().getTime();
  return {
    startDateTime: given.startDateTime ?? graphDateTime(new Date(now - 30 * DAY)),
    endDateTime: given.endDateTime ?? graphDateTime(new Date(now + 90 * DAY)),
  };
}

function secret(tenant: Tenant, random: SeededRandom, given: SeededCredential): PasswordCredential {
  return {
    keyId: newGuid(random.bytes),
    displayName: given.displayName ?? null,
    ...dates(tenant, given),
    hint: "abc",
    secretSha256: Buffer.from(random.bytes(32)),
  };
}

function symmetricKey(tenant: Tenant, random: SeededRandom, given: SeededCredential): KeyCredential {
  return {
    keyId: newGuid(random.bytes),
    displayName: given.displayName ?? null,
    ...dates(tenant, given),
    type: "Symmetric",
    usage: "Verify",
    customKeyIdentifier: null,
    key: Buffer.from(random.bytes(32)).toString("base64"),
  };
}

function certificate(
  tenant: Tenant,
  random: SeededRandom,
  given: SeededCredential & { readonly certificatePem?: string },
  name: string,
): KeyCredential | undefined {
  const keyId = newGuid(random.bytes);
  const displayName = given.displayName ?? `CN=${name}`;
  if (given.certificatePem === undefined) {
    return new SeededCertificate({ keyId, displayName, ...dates(tenant, given) });
  }
  try {
    const { der, sha1, notBefore, notAfter } = readCertificate(Buffer.from(given.certificatePem));
    return {
      keyId,
      displayName,
      startDateTime: given.startDateTime ?? graphDateTime(notBefore),
      endDateTime: given.endDateTime ?? graphDateTime(notAfter),
      type: "AsymmetricX509Cert",
      usage: "Verify",
      customKeyIdentifier: sha1.toString("base64"),
      key: der.toString("base64"),
    };
  } catch {
    return undefined;
  }
}
