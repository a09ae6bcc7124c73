/** No application or identity has more federated credentials than Entra ID takes. */
import { byOwner } from "../belonging";
import {
  federatedCredential,
  flexibleFederatedCredential,
  identityFederatedCredential,
} from "../entra-types";
import { defineStackRule } from "../rule";

/** https://learn.microsoft.com/entra/workload-id/workload-identity-federation-considerations */
const entraLimit = 20;

export const federatedCredentialLimit = defineStackRule({
  id: "federated-credential-limit",
  name: "Few federated credentials",
  description:
    "No application or managed identity has more federated credentials than the limit, and none twice.",
  severity: "medium",
  level: "mandatory",
  framework: {
    name: "Microsoft Entra Workload ID",
    version: "2026",
    reference: "Federated identity credential considerations",
    specification:
      "At most 20 federated identity credentials for each application or user-assigned identity.",
  },
  tags: ["identity", "federation"],
  remediationSteps: [
    "Give each workload an application of its own instead of sharing one.",
    "Remove credentials whose issuer and subject another one has already.",
  ],
  url: "https://learn.microsoft.com/entra/workload-id/workload-identity-federation-considerations",
  options: {
    maxCredentials: {
      type: "integer",
      default: entraLimit,
      minimum: 1,
      maximum: entraLimit,
      description: "Federated credentials that one application or identity may have.",
    },
  },
  appliesTo: [federatedCredential, flexibleFederatedCredential, ...identityFederatedCredential],
  checkStack(stack, report, { maxCredentials }) {
    const all = stack.ofType(
      federatedCredential,
      flexibleFederatedCredential,
      ...identityFederatedCredential,
    );
    for (const credentials of byOwner(all).values()) {
      const next = credentials[maxCredentials];
      if (next !== undefined)
        report
          .about(next)
          .violation(`is one too many: its application may have ${maxCredentials}; use another application.`);
      const seen = new Map<string, string>();
      for (const credential of credentials) {
        const [issuer, subject] = ["issuer", "subject"].map((name) => credential.properties.at(name).text);
        if (issuer === undefined || subject === undefined) continue;
        const first = seen.get(`${issuer}\n${subject}`);
        if (first !== undefined)
          report
            .about(credential)
            .violation(`has the same issuer and subject as "${first}"; remove one of the two.`);
        else seen.set(`${issuer}\n${subject}`, credential.name);
      }
    }
  },
});
