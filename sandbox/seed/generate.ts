import type { KeyCredential, PasswordCredential } from "../tenant/directory-objects";
import { graphDateTime, newGuid } from "../tenant/identifiers";
import { ADA_USER_ID, GRACE_USER_ID } from "../tenant/seed";
import type { Tenant } from "../tenant/tenant";
import { addApplication } from "./holders";
import { addSignIn } from "./sign-ins";
import type { Generation } from "./seed";
import { SeededCertificate } from "./seeded-certificate";
import { SeededRandom } from "./seeded-random";

const DAY = 86_400_000;

/** What a tenant that has grown for years looks like. */
const DEFAULTS: Required<Omit<Generation, "applications">> = {
  seed: 0,
  withSecret: 0.45,
  withCertificate: 0.3,
  withFederation: 0.15,
  withSymmetricKey: 0.01,
  withoutOwner: 0.3,
  withoutServicePrincipal: 0.05,
  expired: 0.3,
  multiTenant: 0.1,
  signedIn: 0.4,
};

const AREAS = ["billing", "claims", "crm", "data", "finance", "hr", "iot", "legal", "sales", "web"];
const KINDS = ["api", "backup", "deploy", "export", "import", "job", "monitor", "portal", "runbook", "sync"];

/** Fills a tenant with applications: for the same options and the same day always the same ones. */
export function generateApplications(tenant: Tenant, options: Generation): void {
  const mix = { ...DEFAULTS, ...options };
  const random = new SeededRandom(mix.seed);
  const now = tenant.clock().getTime();
  const digits = String(options.applications).length;
  for (let number = 1; number <= options.applications; number++) {
    const area = AREAS[random.below(AREAS.length)] ?? "";
    const kind = KINDS[random.below(KINDS.length)] ?? "";
    const displayName = `${area}-${kind}-${String(number).padStart(digits, "0")}`;
    const created = now - random.below(2500) * DAY;
    const isLive = () => random.share() >= mix.expired;
    const passwordCredentials: PasswordCredential[] = [];
    const keyCredentials: KeyCredential[] = [];
    if (random.share() < mix.withSecret) passwordCredentials.push(secret(random, now, created, isLive()));
    if (random.share() < mix.withCertificate) {
      const dates = lifetime(random, now, created, isLive(), 365);
      keyCredentials.push(
        new SeededCertificate({ keyId: newGuid(random.bytes), displayName: `CN=${displayName}`, ...dates }),
      );
    }
    if (random.share() < mix.withSymmetricKey)
      keyCredentials.push(symmetricKey(random, now, created, isLive()));
    const isFederated = random.share() < mix.withFederation;
    const holders = addApplication(tenant, random, {
      displayName,
      createdDateTime: graphDateTime(new Date(created)),
      signInAudience: random.share() < mix.multiTenant ? "AzureADMultipleOrgs" : "AzureADMyOrg",
      owners: random.share() < mix.withoutOwner ? [] : random.share() < 0.5 ? ADA : GRACE,
      passwordCredentials,
      keyCredentials,
      federatedIdentityCredentials: isFederated ? [federation(random, displayName)] : [],
      hasServicePrincipal: random.share() >= mix.withoutServicePrincipal,
    });
    if (random.share() >= mix.signedIn) continue;
    const type = passwordCredentials[0] ? "clientSecret" : keyCredentials[0] ? "certificate" : undefined;
    const clientCredentialType = type ?? (isFederated ? "federatedIdentityCredential" : undefined);
    if (!clientCredentialType || !holders.principal) continue;
    addSignIn(tenant, random, holders, {
      clientCredentialType,
      createdDateTime: graphDateTime(new Date(now - random.below(30) * DAY)),
      ipAddress: `198.51.100.${1 + random.below(254)}`,
      errorCode: 0,
    });
  }
}

const ADA = [ADA_USER_ID];
const GRACE = [GRACE_USER_ID];

function lifetime(
  random: SeededRandom,
  now: number,
  created: number,
  isLive: boolean,
  days: number,
): { startDateTime: string; endDateTime: string } {
  const length = (30 + random.below(days)) * DAY;
  const end = isLive
    ? now + (1 + random.below(Math.floor(length / DAY))) * DAY
    : now - random.below(400) * DAY;
  const start = Math.max(Math.min(created, end - DAY), end - length);
  return {
    startDateTime: graphDateTime(new Date(start)),
    endDateTime: graphDateTime(new Date(end)),
  };
}

/** The digest is of bytes that are no text: no secret anybody could send has it. */
function secret(random: SeededRandom, now: number, created: number, isLive: boolean): PasswordCredential {
  return {
    keyId: newGuid(random.bytes),
    displayName: random.share() < 0.5 ? "ci" : null,
    ...lifetime(random, now, created, isLive, 700),
    hint: "abc",
    secretSha256: Buffer.from(random.bytes(32)),
  };
}

function symmetricKey(random: SeededRandom, now: number, created: number, isLive: boolean): KeyCredential {
  return {
    keyId: newGuid(random.bytes),
    displayName: "legacy",
    ...lifetime(random, now, created, isLive, 700),
    type: "Symmetric",
    usage: "Verify",
    customKeyIdentifier: null,
    key: Buffer.from(random.bytes(32)).toString("base64"),
  };
}

function federation(random: SeededRandom, displayName: string) {
  return {
    id: newGuid(random.bytes),
    name: "github",
    issuer: "https://token.actions.githubusercontent.com",
    subject: `repo:contoso/${displayName}:environment:production`,
    audiences: ["api://AzureADTokenExchange"],
    description: null,
  };
}
