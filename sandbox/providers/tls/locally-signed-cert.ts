import "reflect-metadata"; // @peculiar/x509 does not load without it
import {
  ExtensionsAttribute,
  Pkcs10CertificateRequest,
  SubjectAlternativeNameExtension,
  SubjectKeyIdentifierExtension,
  X509Certificate,
} from "@peculiar/x509";
import { text } from "../property-readers";
import type { PropertyMap } from "../property-values";
import { previewOutputs, type ResourceKind } from "../resource-kind";
import {
  CERTIFICATE_FIELDS,
  CERTIFICATE_OUTPUTS,
  certificateDefaults,
  isDueForRenewal,
  issueCertificate,
  type Issuance,
} from "./certificate";
import { readFromState, withoutWriteOnly } from "./engine-state";
import { signingKey } from "./key-material";

/** tls.LocallySignedCert: a certificate under a CA whose key is an input. */
export function locallySignedCertKind(clock: () => Date): ResourceKind {
  const kind: ResourceKind = {
    schema: "closed",
    fields: {
      ...CERTIFICATE_FIELDS,
      certRequestPem: { type: "text", required: true, forceNew: true },
      caCertPem: { type: "text", required: true, forceNew: true },
      caPrivateKeyPem: { type: "text", forceNew: true },
      caPrivateKeyPemWo: { type: "text", writeOnly: true },
      caPrivateKeyPemWoVersion: { type: "number", forceNew: true },
    },
    computed: [...CERTIFICATE_OUTPUTS, "caKeyAlgorithm"],
    secrets: ["caPrivateKeyPem", "caPrivateKeyPemWo"],
    check: (inputs) =>
      inputs["caPrivateKeyPem"] === undefined && inputs["caPrivateKeyPemWo"] === undefined
        ? [
            {
              property: "caPrivateKeyPem",
              reason:
                'Missing required argument: one of "caPrivateKeyPem" and "caPrivateKeyPemWo" is required, but no definition was found',
            },
          ]
        : [],
    mustReplace: (state, inputs) => (isDueForRenewal(state, inputs, clock()) ? ["readyForRenewal"] : []),
    preview: (inputs, state) => previewOutputs(kind, certificateDefaults(withoutWriteOnly(inputs)), state),
    create: async (given) => {
      const inputs = certificateDefaults(given);
      const request = parse(inputs, "certRequestPem", "certificate request", Pkcs10CertificateRequest);
      const authority = parse(inputs, "caCertPem", "CA certificate", X509Certificate);
      const key = await signingKey(inputs, "caPrivateKeyPem");
      const { id, outputs } = await issueCertificate({
        inputs,
        now: clock(),
        subject: request.subjectName,
        alternativeNames: requestedNames(request),
        publicKey: request.publicKey,
        issuer: {
          name: authority.subjectName,
          key,
          subjectKeyId: authority.getExtension(SubjectKeyIdentifierExtension)?.keyId,
          isSubject: false,
        },
      });
      return { id, outputs: { ...withoutWriteOnly(inputs), ...outputs, caKeyAlgorithm: key.algorithm } };
    },
    read: (id, state) => readFromState(id, state, clock()),
    update: (_id, inputs, state) => ({ ...state, ...certificateDefaults(withoutWriteOnly(inputs)) }),
    delete: () => undefined,
  };
  return kind;
}

function parse<Parsed>(
  inputs: PropertyMap,
  name: string,
  words: string,
  Parser: new (pem: string) => Parsed,
): Parsed {
  try {
    return new Parser(text(inputs, name) ?? "");
  } catch {
    throw new Error(`Failed to parse ${words} PEM: "${name}" holds no PEM ${words}`);
  }
}

function requestedNames(request: Pkcs10CertificateRequest): Issuance["alternativeNames"] {
  const requested = request.attributes
    .filter((attribute) => attribute instanceof ExtensionsAttribute)
    .flatMap((attribute) => attribute.items)
    .find((extension) => extension instanceof SubjectAlternativeNameExtension);
  return (requested?.names.items ?? []).flatMap(({ type, value }) =>
    type === "dns" || type === "ip" || type === "url" ? [{ type, value }] : [],
  );
}
