import { randomUUID } from "node:crypto";
import { children, text } from "../property-readers";
import type { PropertyMap } from "../property-values";
import type { ResourceKind, ResourceState } from "../resource-kind";
import { DATE_FIELDS, keyCredentialDates } from "./credential-dates";
import { during, type GraphClient } from "./graph-client";
import { credentialId, guidProblem, idProblem, objectIdOf } from "./identifiers";

/** Whose credential a resource manages, in the provider's names. */
export interface CredentialOwner {
  readonly collection: "applications" | "servicePrincipals";
  readonly idProperty: "applicationId" | "servicePrincipalId";
  readonly words: string;
}

/**
 * A certificate on an application or service principal. Like the provider it reads the object, appends, and PATCHes the
 * whole array; nothing is updated in place, and the certificate itself is never read back.
 */
export function keyCredentialKind(graph: GraphClient, owner: CredentialOwner): ResourceKind {
  const path = (objectId: string): string => `/${owner.collection}/${objectId}`;
  const read = (id: string, state: PropertyMap): ResourceState | undefined => {
    const { objectId, keyId } = credentialId(id, "certificate");
    const key = children(graph.find(path(objectId)) ?? {}, "keyCredentials").find(
      (each) => text(each, "keyId") === keyId.toLowerCase(),
    );
    if (!key) return undefined;
    return {
      id,
      outputs: {
        ...state,
        [owner.idProperty]: path(objectId),
        keyId,
        type: key["type"],
        startDate: key["startDateTime"],
        endDate: key["endDateTime"],
      },
    };
  };
  return {
    schema: "closed",
    fields: {
      [owner.idProperty]: {
        type: "text",
        required: true,
        forceNew: true,
        problem: idProblem(owner.collection),
      },
      encoding: { type: "text", default: "pem", forceNew: true, oneOf: ["base64", "hex", "pem"] },
      keyId: { type: "text", computed: true, forceNew: true, problem: guidProblem },
      type: { type: "text", forceNew: true, oneOf: ["AsymmetricX509Cert", "Symmetric"] },
      value: { type: "text", required: true, forceNew: true },
      ...DATE_FIELDS,
    },
    computed: [],
    secrets: ["value"],
    create: (inputs) => {
      const objectId = objectIdOf(text(inputs, owner.idProperty) ?? "", owner.collection);
      const keyId = text(inputs, "keyId") ?? randomUUID();
      const id = `${objectId}/certificate/${keyId}`;
      const subject = `${owner.words} (${path(objectId)})`;
      const credential = during(`Generating certificate credentials for ${subject}`, () => ({
        keyId,
        type: text(inputs, "type") ?? "",
        usage: "Verify",
        key: encodedKey(inputs),
        ...keyCredentialDates(inputs, graph.tenant.clock()),
      }));
      const existing = during(`Retrieving ${subject}`, () => graph.get(path(objectId)));
      const keys = children(existing, "keyCredentials");
      if (keys.some((key) => text(key, "keyId") === keyId.toLowerCase())) {
        throw new Error(
          `A resource with the ID "${id}" already exists - to be managed via Pulumi this resource needs to be imported into the State.`,
        );
      }
      during(`Adding certificate for ${subject}`, () => {
        graph.patch(path(objectId), { keyCredentials: [...keys, credential] });
      });
      const created = read(id, inputs);
      if (!created) throw new Error(`Waiting for certificate credential for ${subject}: not found`);
      return created;
    },
    read,
    delete: (id) => {
      const { objectId, keyId } = credentialId(id, "certificate");
      const existing = graph.find(path(objectId));
      if (!existing) return;
      const keys = children(existing, "keyCredentials");
      const kept = keys.filter((key) => text(key, "keyId") !== keyId.toLowerCase());
      if (kept.length === keys.length) return;
      during(`Removing certificate credential "${keyId}" from ${owner.words} "${objectId}"`, () => {
        graph.patch(path(objectId), { keyCredentials: kept });
      });
    },
  };
}

/** Base64 of the PEM text; DER inputs are wrapped in a PEM block first. A bundle goes to Graph as it is. */
function encodedKey(inputs: PropertyMap): string {
  const value = text(inputs, "value") ?? "";
  switch (text(inputs, "encoding")) {
    case "base64":
      return pemInBase64(decode(value, "base64", "base64"));
    case "hex":
      return pemInBase64(decode(value, "hex", "hexadecimal"));
    default:
      return Buffer.from(value).toString("base64");
  }
}

function decode(value: string, encoding: "base64" | "hex", words: string): Buffer {
  const trimmed = value.trim();
  const pattern = encoding === "hex" ? /^(?:[0-9a-f]{2})+$/i : /^(?:[A-Za-z0-9+/\r\n])+={0,2}$/;
  if (!pattern.test(trimmed)) throw new Error(`failed to decode ${words} certificate data`);
  return Buffer.from(trimmed, encoding);
}

function pemInBase64(der: Buffer): string {
  const lines = der.toString("base64").match(/.{1,64}/g) ?? [];
  const pem = `-----BEGIN CERTIFICATE-----\n${lines.join("\n")}\n-----END CERTIFICATE-----\n`;
  return Buffer.from(pem).toString("base64");
}
