import { constants, verify, type KeyObject } from "node:crypto";
import { decodeJwt, type DecodedJwt } from "../login/json-web-token";
import { readCertificate } from "../tenant/certificate";
import type { CredentialHolder } from "../tenant/directory-objects";
import type { GraphResponse } from "../tenant/graph-request";
import { auditCredentials, heldCredentials } from "./audit";
import { bodyObject, context, isObject, noContent, ok, type GraphCall, type Json } from "./call";
import { badRequest, GraphError, invalidValue } from "./graph-error";
import { addedKey, renderKey } from "./key-credentials";
import { checkCredentialLock } from "./service-principal-lock";
import { refuseUnknownProperties, requiredString } from "./values";

/** Audience of the proof: the directory's own service, older than Microsoft Graph. */
const PROOF_AUDIENCE = "00000002-0000-0000-c000-000000000000";
const LONGEST_PROOF_SECONDS = 600;
/** Clocks differ; Entra tolerates five minutes in tokens. */
const SKEW_SECONDS = 300;

/**
 * POST …/addKey: a further certificate for an object that proves it holds one already.
 * Source: https://learn.microsoft.com/graph/api/application-addkey
 */
export function addKey(call: GraphCall, holder: CredentialHolder): GraphResponse {
  const body = bodyObject(call);
  refuseUnknownProperties(body, ["keyCredential", "passwordCredential", "proof"]);
  checkProof(call, holder, body);
  checkCredentialLock(call, holder, "keyCredentials");
  const input = body["keyCredential"];
  if (!isObject(input)) throw invalidValue("keyCredential");
  if (input["type"] !== "AsymmetricX509Cert" || (body["passwordCredential"] ?? null) !== null) {
    throw badRequest("The sandbox takes keys of type 'AsymmetricX509Cert' here, without a password.");
  }
  const key = addedKey(call, holder, input);
  const before = heldCredentials(holder);
  holder.keyCredentials = [...holder.keyCredentials, key];
  auditCredentials(call, holder, before);
  return ok({ "@odata.context": context(call, "microsoft.graph.keyCredential"), ...renderKey(key, false) });
}

/** POST …/removeKey. Source: https://learn.microsoft.com/graph/api/application-removekey */
export function removeKey(call: GraphCall, holder: CredentialHolder): GraphResponse {
  const body = bodyObject(call);
  refuseUnknownProperties(body, ["keyId", "proof"]);
  checkProof(call, holder, body);
  checkCredentialLock(call, holder, "keyCredentials");
  const keyId = requiredString(body, "keyId", 36).toLowerCase();
  const kept = holder.keyCredentials.filter((key) => key.keyId !== keyId);
  if (kept.length === holder.keyCredentials.length) {
    throw badRequest(`No credentials found to be removed, check if the KeyId '${keyId}' is valid.`);
  }
  const before = heldCredentials(holder);
  holder.keyCredentials = kept;
  auditCredentials(call, holder, before);
  return noContent();
}

/**
 * The proof is a JWT of at most ten minutes, issued by the object itself and signed by one of its certificates that is
 * valid now. Whatever is wrong with it, the answer is the same; as reported in
 * https://github.com/microsoftgraph/microsoft-graph-docs/issues/22076
 * Source: https://learn.microsoft.com/graph/application-rollkey-prooftoken
 */
function checkProof(call: GraphCall, holder: CredentialHolder, body: Json): void {
  const proof = body["proof"];
  const jwt = typeof proof === "string" && !proof.includes("=") ? decodeJwt(proof) : undefined;
  const now = call.tenant.clock();
  const isProven =
    jwt !== undefined &&
    isForThis(jwt, holder, now) &&
    validCertificates(holder, now).some((publicKey) => isSignedBy(jwt, publicKey));
  if (!isProven) {
    throw new GraphError(401, "Authentication_MissingOrMalformed", "Access Token missing or malformed.");
  }
}

function isForThis({ claims }: DecodedJwt, holder: CredentialHolder, now: Date): boolean {
  const { aud, iss, nbf, exp } = claims;
  if (aud !== PROOF_AUDIENCE || String(iss).toLowerCase() !== holder.id) return false;
  if (typeof nbf !== "number" || typeof exp !== "number") return false;
  const seconds = now.getTime() / 1000;
  return (
    exp > nbf &&
    exp - nbf <= LONGEST_PROOF_SECONDS &&
    nbf <= seconds + SKEW_SECONDS &&
    exp > seconds - SKEW_SECONDS
  );
}

function validCertificates(holder: CredentialHolder, now: Date): readonly KeyObject[] {
  return holder.keyCredentials
    .filter(({ type, usage, startDateTime, endDateTime }) => {
      const isCertificate = type === "AsymmetricX509Cert" && usage === "Verify";
      return isCertificate && new Date(startDateTime) <= now && now < new Date(endDateTime);
    })
    .map(({ key }) => readCertificate(Buffer.from(key, "base64")).publicKey);
}

function isSignedBy({ header, signingInput, signature }: DecodedJwt, key: KeyObject): boolean {
  if (header["alg"] === "RS256") return verify("RSA-SHA256", signingInput, key, signature);
  if (header["alg"] !== "PS256") return false;
  const padding = { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 };
  return verify("RSA-SHA256", signingInput, padding, signature);
}
