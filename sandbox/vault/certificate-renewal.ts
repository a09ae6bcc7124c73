import type { Tenant } from "../tenant/tenant";
import type { CertificatePolicy } from "./certificate-policy";
import type { Vault } from "./vault";
import { type CertificateVersion, newestVersion, type VaultCertificate } from "./vault-certificate";

const DAY_SECONDS = 86_400;

/**
 * The versions that a vault makes by itself, as its policies say. Key Vault does it in its own time; here they are made
 * before a request is answered that could see them. However long nobody has looked, one version is made: today's.
 *
 * @see https://learn.microsoft.com/azure/key-vault/certificates/overview-renew-certificate
 */
export class CertificateRenewals {
  /** Whether they take over the tags of the version before, which no documentation tells. */
  keepsTags = true;
  readonly #running = new Map<string, Promise<void>>();

  /** Makes what is due in a vault, by the tenant's clock unless told; those who come meanwhile wait for it. */
  async run(tenant: Tenant, vault: Vault, now: Date = tenant.clock()): Promise<void> {
    const running = this.#running.get(vault.id);
    if (running !== undefined) return running;
    const due = [...vault.certificates.values()].filter((each) => isDue(each, now));
    if (due.length === 0) return;
    const made = Promise.all(due.map((each) => this.#renew(tenant, vault, each)))
      .then(() => undefined)
      .finally(() => this.#running.delete(vault.id));
    this.#running.set(vault.id, made);
    return made;
  }

  async #renew({ vaults }: Tenant, vault: Vault, certificate: VaultCertificate): Promise<void> {
    const { name, policy } = certificate;
    const { certificates } = vaults;
    const tags = this.keepsTags ? newestVersion(certificate).tags : {};
    await certificates.create(vault, name, { policy: {}, enabled: true, tags });
    const decision = certificates.decide(vault, name, policy.issuer.name);
    if (decision !== "wait") await certificates.settle(vault, name, decision);
  }
}

function isDue(certificate: VaultCertificate, now: Date): boolean {
  const newest = newestVersion(certificate);
  if (certificate.operation?.status === "inProgress") return false;
  if (newest.certificateDer === undefined || !newest.enabled) return false;
  const moment = renewalMoment(certificate.policy, newest);
  return moment !== undefined && now.getTime() / 1000 >= moment;
}

/** Seconds since 1970; undefined for a policy that does not renew, or whose certificates somebody else signs. */
function renewalMoment(
  { lifetime_actions: actions, issuer }: CertificatePolicy,
  { notBefore, expires }: CertificateVersion,
): number | undefined {
  if (issuer.name.toLowerCase() === "unknown") return undefined;
  const renewal = actions.find(({ action }) => action.action_type === "AutoRenew");
  const { days_before_expiry: days, lifetime_percentage: percentage } = renewal?.trigger ?? {};
  if (days !== undefined) return expires - days * DAY_SECONDS;
  return percentage === undefined ? undefined : notBefore + ((expires - notBefore) * percentage) / 100;
}
