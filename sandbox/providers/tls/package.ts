import { randomUUID } from "node:crypto";
import { EchoStore } from "../echo";
import type { ProviderPackage } from "../provider-package";
import type { ResourceKind } from "../resource-kind";
import { certRequestKind } from "./cert-request";
import { locallySignedCertKind } from "./locally-signed-cert";
import { privateKeyKind } from "./private-key";
import { selfSignedCertKind } from "./self-signed-cert";

/** The tls package: keys and certificates are real, the clock is the tenant's. */
export function tlsPackage(clock: () => Date): ProviderPackage {
  const echo = new EchoStore();
  const kinds = new Map<string, ResourceKind>([
    ["tls:index/privateKey:PrivateKey", privateKeyKind],
    ["tls:index/selfSignedCert:SelfSignedCert", selfSignedCertKind(clock)],
    ["tls:index/certRequest:CertRequest", certRequestKind],
    ["tls:index/locallySignedCert:LocallySignedCert", locallySignedCertKind(clock)],
  ]);
  return {
    name: "tls",
    kind: (type) => kinds.get(type) ?? echo.kind(type, { newId: () => randomUUID() }),
    invoke: (token) => {
      throw new Error(`The sandbox does not emulate the function ${token}.`);
    },
  };
}
