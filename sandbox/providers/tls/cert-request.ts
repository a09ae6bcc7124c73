import "reflect-metadata"; // @peculiar/x509 does not load without it
import { Pkcs10CertificateRequestGenerator, SubjectAlternativeNameExtension } from "@peculiar/x509";
import { createHash } from "node:crypto";
import { text } from "../property-readers";
import { previewOutputs, type ResourceKind } from "../resource-kind";
import { withoutWriteOnly } from "./engine-state";
import { signingKey } from "./key-material";
import { alternativeNames, distinguishedName, HOLDER_FIELDS, holderFailures } from "./subject";

/** tls.CertRequest: a real PKCS #10 request. */
export const certRequestKind: ResourceKind = {
  schema: "closed",
  fields: HOLDER_FIELDS,
  computed: ["certRequestPem", "keyAlgorithm"],
  secrets: ["privateKeyPem", "privateKeyPemWo"],
  check: holderFailures,
  preview: (inputs, state) => previewOutputs(certRequestKind, withoutWriteOnly(inputs), state),
  create: async (inputs) => {
    const key = await signingKey(inputs, "privateKeyPem");
    const names = alternativeNames(inputs);
    const request = await Pkcs10CertificateRequestGenerator.create({
      name: distinguishedName(inputs),
      keys: { privateKey: key.privateKey, publicKey: key.publicKey },
      signingAlgorithm: key.signingAlgorithm,
      extensions: names.length > 0 ? [new SubjectAlternativeNameExtension(names)] : [],
    });
    const certRequestPem = `${request.toString("pem")}\n`;
    return {
      id: createHash("sha1").update(Buffer.from(request.rawData)).digest("hex"),
      outputs: { ...withoutWriteOnly(inputs), certRequestPem, keyAlgorithm: key.algorithm },
    };
  },
  read: (id, state) => (text(state, "certRequestPem") === undefined ? undefined : { id, outputs: state }),
  delete: () => undefined,
};
