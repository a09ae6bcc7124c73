import "reflect-metadata"; // @peculiar/x509 does not load without it
import { PublicKey } from "@peculiar/x509";
import { flag } from "../property-readers";
import type { PropertyMap } from "../property-values";
import { previewOutputs, type ResourceKind } from "../resource-kind";
import {
  CERTIFICATE_FIELDS,
  CERTIFICATE_OUTPUTS,
  certificateDefaults,
  isDueForRenewal,
  issueCertificate,
} from "./certificate";
import { readFromState, withoutWriteOnly } from "./engine-state";
import { signingKey } from "./key-material";
import { alternativeNames, distinguishedName, HOLDER_FIELDS, holderFailures } from "./subject";

/** tls.SelfSignedCert: a real certificate, dated by the tenant's clock. */
export function selfSignedCertKind(clock: () => Date): ResourceKind {
  const kind: ResourceKind = {
    schema: "closed",
    fields: {
      ...HOLDER_FIELDS,
      ...CERTIFICATE_FIELDS,
      setAuthorityKeyId: { type: "flag", computed: true, forceNew: true },
    },
    computed: [...CERTIFICATE_OUTPUTS, "keyAlgorithm"],
    secrets: ["privateKeyPem", "privateKeyPemWo"],
    check: holderFailures,
    mustReplace: (state, inputs) => (isDueForRenewal(state, inputs, clock()) ? ["readyForRenewal"] : []),
    preview: (inputs, state) => previewOutputs(kind, withDefaults(withoutWriteOnly(inputs)), state),
    create: async (given) => {
      const inputs = withDefaults(given);
      const key = await signingKey(inputs, "privateKeyPem");
      const subject = distinguishedName(inputs);
      if (flag(inputs, "isCaCertificate") && subject.toString() === "") {
        throw new Error(
          "Invalid Certificate Subject: Must contain at least one Distinguished Name when creating Certificate Authority (CA)",
        );
      }
      const { id, outputs } = await issueCertificate({
        inputs,
        now: clock(),
        subject,
        alternativeNames: alternativeNames(inputs),
        publicKey: new PublicKey(key.publicKeyDer),
        issuer: { name: subject, key, subjectKeyId: undefined, isSubject: true },
      });
      return { id, outputs: { ...withoutWriteOnly(inputs), ...outputs, keyAlgorithm: key.algorithm } };
    },
    read: (id, state) => readFromState(id, state, clock()),
    update: (_id, inputs, state) => ({ ...state, ...withDefaults(withoutWriteOnly(inputs)) }),
    delete: () => undefined,
  };
  return kind;
}

function withDefaults(inputs: PropertyMap): PropertyMap {
  return { ...certificateDefaults(inputs), setAuthorityKeyId: inputs["setAuthorityKeyId"] ?? false };
}
