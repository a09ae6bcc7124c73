/** What makes a version the one of its generation: found again after a kill, refused where a newer one stands. */
import { ProviderError } from "./errors";
import { type IssueContext, nameOf } from "./vault-certificate-issue";
import { createBody } from "./vault-certificate-policy";
import type { CertificateRequest } from "./vault-certificate-request";
import { isSelfRenewing, requestDigest, tagsToWrite } from "./vault-certificate-tags";
import type { VersionItem } from "./vault-certificate-values";

interface GenerationContext extends Pick<IssueContext, "client" | "vault" | "clock" | "signal" | "warn"> {
  readonly request: CertificateRequest;
  /** Random mark of this create. */
  readonly claim: string;
}

/** How a version of a generation is asked for. */
export function generationIssue({ request, claim, ...context }: GenerationContext): IssueContext {
  const { certificateName, issuerName } = request;
  const named = { certificateName, vault: context.vault };
  return {
    ...context,
    certificateName,
    issuerName,
    body: createBody(request, tagsToWrite(request, claim)),
    mine: (versions) => versions.find(({ marks }) => marks.claim === claim),
    takeOver: async (versions) => {
      const left = versions.find(
        ({ enabled, marks }) =>
          enabled && marks.generation === request.generation && marks.request === requestDigest(request),
      );
      if (left === undefined) return undefined;
      context.warn(
        `${nameOf(named)} has a version of generation ${request.generation} already (${left.version}), made with the same settings; ` +
          "certlock takes it over instead of making a second key. For a new key raise generation.",
      );
      await context.client.send({
        method: "PATCH",
        vault: context.vault,
        path: `/certificates/${certificateName}/${left.version}`,
        body: { tags: tagsToWrite(request, claim) },
        signal: context.signal,
      });
      return left.version;
    },
    refuse: (versions) => {
      refuseRenewed(named, versions);
      refusePassed(named, request.generation, versions);
    },
    mayRecover: ({ generation }) => generation !== undefined,
  };
}

/** The newest version is what everybody reads: an older generation must not become it. */
function refusePassed(
  named: Pick<IssueContext, "certificateName" | "vault">,
  generation: number,
  versions: readonly VersionItem[],
): void {
  const newer = versions.find(({ enabled, marks }) => enabled && (marks.generation ?? -1) > generation);
  if (newer === undefined) return;
  throw new ProviderError(
    "CERTLOCK_GENERATION_PASSED",
    `${nameOf(named)} has generation ${String(newer.marks.generation)} (version ${newer.version}), and a version of generation ${generation} made now would become the one that everybody reads. ` +
      `Declare a generation above ${String(newer.marks.generation)}; where several are declared, let each depend on the one before it.`,
  );
}

/** A version of a generation comes with a policy that ends the renewal, which somebody counts on. */
function refuseRenewed(
  named: Pick<IssueContext, "certificateName" | "vault">,
  versions: readonly VersionItem[],
): void {
  if (!versions.some(({ enabled, marks }) => enabled && isSelfRenewing(marks))) return;
  throw new ProviderError(
    "CERTLOCK_CERTIFICATE_TAKEN",
    `${nameOf(named)} is a SelfRenewingCertificate, and a VaultCertificate of the same name would end its renewal. Take another certificateName.`,
  );
}
