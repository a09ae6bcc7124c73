import "reflect-metadata"; // @peculiar/x509 does not load without it
import { Name } from "@peculiar/x509";
import { isIP } from "node:net";
import type { PropertyMap } from "../property-values";
import { child, text, texts } from "../property-readers";
import type { CheckFailure, Fields } from "../fields";

const NAMES = [
  ["country", "C"],
  ["organization", "O"],
  ["organizationalUnit", "OU"],
  ["locality", "L"],
  ["province", "ST"],
  ["postalCode", "2.5.4.17"],
  ["commonName", "CN"],
  ["serialNumber", "2.5.4.5"],
] as const;

export const SUBJECT_FIELDS: Fields = {
  ...Object.fromEntries(NAMES.map(([name]) => [name, { type: "text", forceNew: true }])),
  emailAddress: { type: "text", forceNew: true },
  streetAddresses: { type: "texts", forceNew: true },
};

/** Who and what a certificate is for: the inputs shared by self-signed certificates and requests. */
export const HOLDER_FIELDS: Fields = {
  privateKeyPem: { type: "text", forceNew: true },
  privateKeyPemWo: { type: "text", writeOnly: true },
  privateKeyPemWoVersion: { type: "number", forceNew: true },
  subject: { type: "object", forceNew: true, fields: SUBJECT_FIELDS },
  dnsNames: { type: "texts", forceNew: true },
  ipAddresses: { type: "texts", forceNew: true, problem: ipProblem },
  uris: { type: "texts", forceNew: true },
};

export function holderFailures(inputs: PropertyMap): CheckFailure[] {
  return inputs["privateKeyPem"] === undefined && inputs["privateKeyPemWo"] === undefined
    ? [
        {
          property: "privateKeyPem",
          reason:
            'Missing required argument: one of "privateKeyPem" and "privateKeyPemWo" is required, but no definition was found',
        },
      ]
    : [];
}

/** The distinguished name of a `subject` input; empty when there is none. */
export function distinguishedName(inputs: PropertyMap): Name {
  const subject = child(inputs, "subject") ?? {};
  const parts: Record<string, string[]>[] = [];
  for (const [property, attribute] of NAMES) {
    const value = text(subject, property);
    if (value !== undefined) parts.push({ [attribute]: [value] });
  }
  for (const street of texts(subject, "streetAddresses") ?? []) parts.push({ "2.5.4.9": [street] });
  const email = text(subject, "emailAddress");
  return new Name([
    ...parts,
    ...(email === undefined ? [] : [{ "1.2.840.113549.1.9.1": [{ ia5String: email }] }]),
  ] as ConstructorParameters<typeof Name>[0]);
}

export function alternativeNames(inputs: PropertyMap): { type: "dns" | "ip" | "url"; value: string }[] {
  return [
    ...(texts(inputs, "dnsNames") ?? []).map((value) => ({ type: "dns" as const, value })),
    ...(texts(inputs, "ipAddresses") ?? []).map((value) => ({ type: "ip" as const, value })),
    ...(texts(inputs, "uris") ?? []).map((value) => ({ type: "url" as const, value })),
  ];
}

function ipProblem(value: string | number): string | undefined {
  return isIP(String(value)) === 0 ? `"${value}" is not an IP address` : undefined;
}
