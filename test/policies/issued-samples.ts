/** A key, its certificate and their registration, before the update that makes all three. */
import { ResourceInput, unknown } from "./harness/wire";
import { tlsCertificate, tlsPrivateKey } from "./samples";
import { fed } from "./stack-cases";

const inDays = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString();

/** Its certificate is not known; its dates are: from today for 125 days. */
export const registered: ResourceInput = {
  type: "azuread:index/applicationCertificate:ApplicationCertificate",
  name: "billing-api",
  props: {
    applicationId: "/applications/33333333-3333-3333-3333-333333333333",
    type: "AsymmetricX509Cert",
    value: unknown.string,
    startDate: inDays(0),
    endDate: inDays(125),
  },
};

export interface Issue {
  /** The certificate is issued by an authority of the stack, and not self-signed. */
  readonly authority?: boolean;
  /** The dates of the credential are those of the certificate, and not known either. */
  readonly dates?: boolean;
  /** @default 3000 */
  readonly hours?: unknown;
}

/** `billing-api-key` → `billing-api-certificate` → `billing-api`. */
export function issuedStack({ authority = false, dates = false, hours = 3000 }: Issue = {}): ResourceInput[] {
  const key = { ...tlsPrivateKey, name: "billing-api-key" };
  const props = { ...tlsCertificate.props, validityPeriodHours: hours };
  const selfSigned = fed({ ...tlsCertificate, name: "billing-api-certificate", props }, "privateKeyPem", key);
  const others = authority ? ofAuthority(key, selfSigned) : [selfSigned];
  const [certificate = selfSigned] = others;
  const credential = fed(registered, "value", certificate);
  return [key, ...others, dates ? withDatesOf(credential, certificate) : credential];
}

function withDatesOf(credential: ResourceInput, certificate: ResourceInput): ResourceInput {
  return ["startDate", "endDate"].reduce(
    (each, name) => fed({ ...each, props: { ...each.props, [name]: unknown.string } }, name, certificate),
    credential,
  );
}

function ofAuthority(key: ResourceInput, { name, props }: ResourceInput): ResourceInput[] {
  const authorityKey = { ...tlsPrivateKey, name: "authority-key" };
  const { privateKeyPem, ...rest } = props;
  const request = fed(
    { type: "tls:index/certRequest:CertRequest", name: "billing-api-request", props: { privateKeyPem } },
    "privateKeyPem",
    key,
  );
  const issued = fed(
    fed(
      {
        type: "tls:index/locallySignedCert:LocallySignedCert",
        name,
        props: { ...rest, certRequestPem: unknown.string, caPrivateKeyPem: unknown.string },
      },
      "certRequestPem",
      request,
    ),
    "caPrivateKeyPem",
    authorityKey,
  );
  return [issued, request, authorityKey];
}
