/**
 * Applications and service principals with the credentials they have, as an inventory needs them: streamed, page by
 * page, so that a tenant of any size fits.
 *
 * @see https://learn.microsoft.com/graph/api/application-list
 * @see https://learn.microsoft.com/graph/api/serviceprincipal-list
 */
import type { GraphClient } from "./client";
import { GraphInvalidAnswerError } from "./errors";
import type { GraphPage } from "./paging";

/** A value of an enumeration: one of those known today, or one that Graph has learnt since. */
type Known<T extends string> = T | (string & {});

/** What both kinds of credential tell. Times are as Graph writes them, in UTC: `2027-03-31T00:00:00Z`. */
export interface CredentialRecord {
  readonly keyId: string | undefined;
  readonly displayName: string | undefined;
  readonly startDateTime: string | undefined;
  readonly endDateTime: string | undefined;
}

/** A client secret. Graph does not tell its text. */
export type PasswordRecord = CredentialRecord;

/** A certificate, or a symmetric key. Lists of Graph leave out the key itself. */
export interface KeyRecord extends CredentialRecord {
  readonly type: Known<"AsymmetricX509Cert" | "X509CertAndPassword" | "Symmetric"> | undefined;
  readonly usage: Known<"Verify" | "Sign" | "Encrypt" | "Decrypt"> | undefined;
  /** Thumbprint of the certificate, unless its owner chose something else; base64 of SHA-1 or hexadecimal. */
  readonly customKeyIdentifier: string | undefined;
}

/** What applications and service principals have alike. */
export interface CredentialHolder {
  /** Object id. */
  readonly id: string;
  /** Client id. */
  readonly appId: string;
  readonly displayName: string | undefined;
  readonly passwords: readonly PasswordRecord[];
  readonly keys: readonly KeyRecord[];
}

/** An application of this tenant. */
export interface ApplicationRecord extends CredentialHolder {
  readonly createdDateTime: string | undefined;
  readonly signInAudience:
    | Known<
        | "AzureADMyOrg"
        | "AzureADMultipleOrgs"
        | "AzureADandPersonalMicrosoftAccount"
        | "PersonalMicrosoftAccount"
      >
    | undefined;
}

/** An application's presence in this tenant, wherever it is registered. */
export interface ServicePrincipalRecord extends CredentialHolder {
  readonly servicePrincipalType:
    Known<"Application" | "ManagedIdentity" | "Legacy" | "SocialIdp"> | undefined;
  /** Tenant that the application is registered in. */
  readonly appOwnerOrganizationId: string | undefined;
  readonly accountEnabled: boolean | undefined;
}

/** One page of an inventory. */
export interface RecordPage<T> {
  readonly records: readonly T[];
  /** Where `resumeFrom` goes on; undefined after the last page. */
  readonly next: string | undefined;
}

export interface InventoryOptions {
  /** The `next` of the last page that was dealt with. @default - from the beginning */
  readonly resumeFrom?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

const HOLDER = ["id", "appId", "displayName", "passwordCredentials", "keyCredentials"];
const APPLICATION = [...HOLDER, "createdDateTime", "signInAudience"];
const SERVICE_PRINCIPAL = [...HOLDER, "servicePrincipalType", "appOwnerOrganizationId", "accountEnabled"];
/** The largest page, and so the fewest requests: those that select keyCredentials are limited. */
const PAGE = 999;

/**
 * All applications, page by page; needs the permission `Application.Read.All`.
 *
 * @throws GraphError as {@link GraphClient.pages}, and GraphInvalidAnswerError for an object without its ids.
 */
export function applicationPages(
  client: GraphClient,
  options: InventoryOptions = {},
): AsyncGenerator<RecordPage<ApplicationRecord>, void, undefined> {
  return records(pages(client, "/applications", APPLICATION, options), (item) => ({
    ...holder(item, "/applications"),
    createdDateTime: text(item["createdDateTime"]),
    signInAudience: text(item["signInAudience"]),
  }));
}

/** All applications, one by one. */
export function listApplications(
  client: GraphClient,
  options: InventoryOptions = {},
): AsyncGenerator<ApplicationRecord, void, undefined> {
  return oneByOne(applicationPages(client, options));
}

/** All service principals, page by page; needs the permission `Application.Read.All`. */
export function servicePrincipalPages(
  client: GraphClient,
  options: InventoryOptions = {},
): AsyncGenerator<RecordPage<ServicePrincipalRecord>, void, undefined> {
  return records(pages(client, "/servicePrincipals", SERVICE_PRINCIPAL, options), (item) => ({
    ...holder(item, "/servicePrincipals"),
    servicePrincipalType: text(item["servicePrincipalType"]),
    appOwnerOrganizationId: text(item["appOwnerOrganizationId"]),
    accountEnabled: typeof item["accountEnabled"] === "boolean" ? item["accountEnabled"] : undefined,
  }));
}

/** All service principals, one by one. */
export function listServicePrincipals(
  client: GraphClient,
  options: InventoryOptions = {},
): AsyncGenerator<ServicePrincipalRecord, void, undefined> {
  return oneByOne(servicePrincipalPages(client, options));
}

function pages(
  client: GraphClient,
  path: string,
  properties: readonly string[],
  options: InventoryOptions,
): AsyncGenerator<GraphPage, void, undefined> {
  return client.pages(`${path}?$select=${properties.join(",")}&$top=${PAGE}`, {
    ...options,
    permission: "Application.Read.All",
    // An inventory is nobody's pressing need: others in the tenant are throttled after it.
    // https://learn.microsoft.com/graph/throttling-limits#request-headers
    headers: { "x-ms-throttle-priority": "low" },
  });
}

type Item = Readonly<Record<string, unknown>>;

async function* records<T>(
  source: AsyncIterable<GraphPage>,
  read: (item: Item) => T,
): AsyncGenerator<RecordPage<T>, void, undefined> {
  for await (const { items, next } of source) yield { records: items.map(read), next };
}

async function* oneByOne<T>(source: AsyncIterable<RecordPage<T>>): AsyncGenerator<T, void, undefined> {
  for await (const page of source) yield* page.records;
}

function holder(item: Item, list: string): CredentialHolder {
  const { id, appId } = item;
  if (typeof id !== "string" || typeof appId !== "string") {
    throw new GraphInvalidAnswerError(`The list ${list} holds an object without "id" or "appId".`);
  }
  return {
    id,
    appId,
    displayName: text(item["displayName"]),
    passwords: objects(item["passwordCredentials"]).map(credential),
    keys: objects(item["keyCredentials"]).map((key) => ({
      ...credential(key),
      type: text(key["type"]),
      usage: text(key["usage"]),
      customKeyIdentifier: text(key["customKeyIdentifier"]),
    })),
  };
}

function credential(item: Item): CredentialRecord {
  return {
    keyId: text(item["keyId"]),
    displayName: text(item["displayName"]),
    startDateTime: text(item["startDateTime"]),
    endDateTime: text(item["endDateTime"]),
  };
}

function text(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

function objects(value: unknown): Item[] {
  if (!Array.isArray(value)) return [];
  return value.filter((one): one is Item => typeof one === "object" && one !== null);
}
