import type { CredentialHolder } from "../tenant/directory-objects";
import type { GraphResponse } from "../tenant/graph-request";
import type { SignIn } from "../tenant/sign-ins";
import type { GraphCall, Json } from "./call";
import { resourceNotFound } from "./graph-error";
import { collection, entity, type EntitySet } from "./query";

const ACTIVITIES: EntitySet = {
  name: "reports/appCredentialSignInActivities",
  type: "microsoft.graph.appCredentialSignInActivity",
  properties: new Set([
    ...["id", "appId", "appObjectId", "createdDateTime", "credentialOrigin", "expirationDateTime", "keyId"],
    ...["keyType", "keyUsage", "resourceId", "servicePrincipalObjectId", "signInActivity"],
  ]),
};

/**
 * The last use of each secret and certificate, read from the sign-in log. A credential nobody has used is not listed.
 * Source: https://learn.microsoft.com/graph/api/reportroot-list-appcredentialsigninactivities?view=graph-rest-beta
 */
export function listCredentialActivities(call: GraphCall): GraphResponse {
  return collection(call, ACTIVITIES, activities(call));
}

export function getCredentialActivity(call: GraphCall): GraphResponse {
  const id = call.param("activity");
  const found = activities(call).find((activity) => activity["id"] === id);
  if (!found) throw resourceNotFound(id);
  return entity(call, ACTIVITIES, found);
}

interface Use {
  readonly last: SignIn;
  readonly lastSuccessful: SignIn | undefined;
}

function activities(call: GraphCall): readonly Json[] {
  const uses = new Map<string, Use>();
  for (const signIn of call.tenant.signIns) {
    const keyId = signIn.servicePrincipalCredentialKeyId;
    if (keyId === null) continue;
    const lastSuccessful = signIn.status.errorCode === 0 ? signIn : uses.get(keyId)?.lastSuccessful;
    // A credential is registered once; so is its use, at the place of its first one.
    uses.set(keyId, { last: signIn, lastSuccessful });
  }
  return [...uses].map(([keyId, use]) => render(call, keyId, use));
}

function render(call: GraphCall, keyId: string, { last, lastSuccessful }: Use): Json {
  const application = call.tenant.applicationByAppId(last.appId);
  const principal = call.tenant.servicePrincipalByAppId(last.appId);
  const origin = principal && holds(principal, keyId) ? principal : application;
  const credential = origin && held(origin).find((one) => one.keyId === keyId);
  return {
    id: Buffer.from(`${last.appId}|${keyId}`).toString("base64"),
    appId: last.appId,
    appObjectId: application?.id ?? null,
    createdDateTime: credential?.startDateTime ?? null,
    credentialOrigin: origin?.kind ?? "application",
    expirationDateTime: credential?.endDateTime ?? null,
    keyId,
    keyType: last.clientCredentialType === "clientSecret" ? "clientSecret" : "certificate",
    keyUsage: "verify",
    resourceId: last.resourceId ?? null,
    servicePrincipalObjectId: last.servicePrincipalId,
    signInActivity: {
      lastSignInDateTime: last.createdDateTime,
      lastSignInRequestId: last.id,
      lastNonInteractiveSignInDateTime: null,
      lastNonInteractiveSignInRequestId: null,
      lastSuccessfulSignInDateTime: lastSuccessful?.createdDateTime ?? null,
      lastSuccessfulSignInRequestId: lastSuccessful?.id ?? null,
    },
  };
}

function held(
  holder: CredentialHolder,
): readonly { keyId: string; startDateTime: string; endDateTime: string }[] {
  return [...holder.keyCredentials, ...holder.passwordCredentials];
}

function holds(holder: CredentialHolder, keyId: string): boolean {
  return held(holder).some((one) => one.keyId === keyId);
}
