/**
 * Trusted certificate authorities for the certificates of applications (beta): configurations that an app management
 * policy names in a restriction of the kind `trustedCertificateAuthority`.
 *
 * @see https://learn.microsoft.com/graph/api/resources/certificatebasedapplicationconfiguration?view=graph-rest-beta
 */
import type { GraphClient, GraphRequestOptions } from "./client";
import { GraphInvalidAnswerError, GraphNotFoundError } from "./errors";

const PATH = "/directory/certificateAuthorities/certificateBasedApplicationConfigurations";
const version = "beta";

/** The permissions reference knows both as delegated ones only, the pages of the API name them for applications. */
const READ_PERMISSION = "AppCertTrustConfiguration.Read.All";
const WRITE_PERMISSION = "AppCertTrustConfiguration.ReadWrite.All";

/**
 * Configurations in a tenant, deleted ones included.
 * @see https://learn.microsoft.com/graph/api/certificateauthoritypath-post-certificatebasedapplicationconfigurations?view=graph-rest-beta
 */
export const MOST_AUTHORITY_CONFIGURATIONS = 100;

/**
 * Authorities in one configuration; exactly one of them is the root.
 * @see https://learn.microsoft.com/graph/api/certificatebasedapplicationconfiguration-post-trustedcertificateauthorities?view=graph-rest-beta
 */
export const MOST_TRUSTED_AUTHORITIES = 10;

export interface TrustedAuthority {
  /** Given by Graph. */
  readonly id?: string | undefined;
  readonly isRootAuthority: boolean;
  /** Base64 of the DER form. */
  readonly certificate: string;
}

export interface AuthorityConfiguration {
  readonly id: string;
  readonly displayName: string;
  readonly description: string;
  readonly trustedCertificateAuthorities: readonly TrustedAuthority[];
}

type Options = Pick<GraphRequestOptions, "signal">;

/** Creates a configuration and gives its id. */
export async function createAuthorityConfiguration(
  client: GraphClient,
  configuration: Omit<AuthorityConfiguration, "id">,
  options: Options = {},
): Promise<string> {
  const answer = await client.post(PATH, configuration, {
    ...options,
    version,
    permission: WRITE_PERMISSION,
  });
  // The published sample answers with the object inside "value".
  const inner = answer?.["value"];
  const made = typeof inner === "object" && inner !== null ? (inner as Record<string, unknown>) : answer;
  const id = made?.["id"];
  if (typeof id === "string" && id !== "") return id;
  throw new GraphInvalidAnswerError(
    "Microsoft Graph created a configuration of certificate authorities and did not say its id.",
    { outcome: "applied" },
  );
}

/** Reads a configuration with its authorities; undefined when it is gone. */
export async function readAuthorityConfiguration(
  client: GraphClient,
  id: string,
  options: Options = {},
): Promise<AuthorityConfiguration | undefined> {
  const at = `${PATH}/${encodeURIComponent(id)}`;
  try {
    const {
      id: found,
      displayName,
      description,
    } = await client.get(at, {
      ...options,
      version,
      permission: READ_PERMISSION,
    });
    const authorities: TrustedAuthority[] = [];
    const list = client.list(`${at}/trustedCertificateAuthorities`, {
      ...options,
      version,
      permission: READ_PERMISSION,
    });
    for await (const authority of list) authorities.push(trustedAuthority(authority));
    return {
      id: typeof found === "string" ? found : id,
      displayName: typeof displayName === "string" ? displayName : "",
      description: typeof description === "string" ? description : "",
      trustedCertificateAuthorities: authorities,
    };
  } catch (error) {
    if (error instanceof GraphNotFoundError) return undefined;
    throw error;
  }
}

/** The configurations of the tenant without their authorities; deleted ones are not among them. */
export async function* listAuthorityConfigurations(
  client: GraphClient,
  options: Options = {},
): AsyncGenerator<{ readonly id: string; readonly displayName: string; readonly description: string }> {
  const list = client.list(PATH, { ...options, version, permission: READ_PERMISSION });
  for await (const { id, displayName, description } of list) {
    yield {
      id: String(id),
      displayName: typeof displayName === "string" ? displayName : "",
      description: typeof description === "string" ? description : "",
    };
  }
}

export async function updateAuthorityConfiguration(
  client: GraphClient,
  id: string,
  change: Pick<AuthorityConfiguration, "displayName" | "description">,
  options: Options = {},
): Promise<void> {
  const at = `${PATH}/${encodeURIComponent(id)}`;
  await client.patch(at, change, { ...options, version, permission: WRITE_PERMISSION });
}

export async function addTrustedAuthority(
  client: GraphClient,
  id: string,
  authority: TrustedAuthority,
  options: Options = {},
): Promise<void> {
  const at = `${PATH}/${encodeURIComponent(id)}/trustedCertificateAuthorities`;
  await client.post(at, authority, { ...options, version, permission: WRITE_PERMISSION });
}

/** Removes one authority; one that is gone already is fine. */
export async function removeTrustedAuthority(
  client: GraphClient,
  id: string,
  authorityId: string,
  options: Options = {},
): Promise<void> {
  const at = `${PATH}/${encodeURIComponent(id)}/trustedCertificateAuthorities/${encodeURIComponent(authorityId)}`;
  await gone(client.delete(at, { ...options, version, permission: WRITE_PERMISSION }));
}

/** Deletes a configuration; one that is gone already is fine. It goes on counting among the tenant's 100. */
export async function deleteAuthorityConfiguration(
  client: GraphClient,
  id: string,
  options: Options = {},
): Promise<void> {
  const at = `${PATH}/${encodeURIComponent(id)}`;
  await gone(client.delete(at, { ...options, version, permission: WRITE_PERMISSION }));
}

async function gone(deletion: Promise<void>): Promise<void> {
  try {
    await deletion;
  } catch (error) {
    if (!(error instanceof GraphNotFoundError)) throw error;
  }
}

function trustedAuthority(answer: Record<string, unknown>): TrustedAuthority {
  const { id, isRootAuthority, certificate } = answer;
  if (typeof certificate !== "string") {
    throw new GraphInvalidAnswerError(
      'A trusted certificate authority as Graph shows it lacks "certificate".',
    );
  }
  return {
    id: typeof id === "string" ? id : undefined,
    isRootAuthority: isRootAuthority === true,
    certificate,
  };
}
