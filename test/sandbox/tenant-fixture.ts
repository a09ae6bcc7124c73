import "reflect-metadata"; // @peculiar/x509 does not load without it
import { generateKeyPairSync, webcrypto, X509Certificate } from "node:crypto";
import { X509CertificateGenerator } from "@peculiar/x509";
import { Tenant } from "../../sandbox/tenant/tenant";
import type { Caller, GraphRequest } from "../../sandbox/tenant/graph-request";

/* eslint-disable @typescript-eslint/no-unsafe-assignment -- see Answer */

export const NOON = "2026-11-21T12:00:00Z";

/** A tenant whose time stands still until the test moves it. */
export class TestTenant extends Tenant {
  static at(start: string = NOON): TestTenant {
    const time = { now: new Date(start) };
    const tenant = new TestTenant({ clock: () => time.now });
    tenant.#time = time;
    return tenant;
  }

  #time = { now: new Date(NOON) };

  advance(milliseconds: number): void {
    this.#time.now = new Date(this.#time.now.getTime() + milliseconds);
  }
}

export const MINUTE = 60_000;
export const DAY = 24 * 60 * MINUTE;

/** A Graph answer whose JSON the test reads freely. */
export interface Answer {
  readonly status: number;
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- JSON of any shape, asserted on right away
  readonly body: any;
}

/** One Graph call in process, by the deployer unless somebody else is named. */
export function call(
  tenant: Tenant,
  method: GraphRequest["method"],
  path: string,
  body?: unknown,
  caller: Caller = tenant.deployer,
): Answer {
  const { status, body: answer } = tenant.graph({ method, path: `/v1.0${path}`, body, caller });
  return { status, body: answer };
}

/** Status and code: what a client decides on. */
export function refusal(answer: Answer): string {
  // eslint-disable-next-line @typescript-eslint/no-unsafe-member-access -- see Answer
  return `${answer.status} ${String(answer.body?.error?.code)}`;
}

export interface TestObjects {
  readonly id: string;
  readonly appId: string;
}

/** Creates an application and returns its ids. */
export function createApplication(tenant: Tenant, displayName: string, more: object = {}): TestObjects {
  const { status, body } = call(tenant, "POST", "/applications", {
    displayName,
    signInAudience: "AzureADMyOrg",
    ...more,
  });
  if (status !== 201) throw new Error(`POST /applications answered ${status}: ${JSON.stringify(body)}`);
  return body as TestObjects;
}

export function createServicePrincipal(tenant: Tenant, appId: string): TestObjects {
  const { status, body } = call(tenant, "POST", "/servicePrincipals", { appId });
  if (status !== 201) throw new Error(`POST /servicePrincipals answered ${status}: ${JSON.stringify(body)}`);
  return body as TestObjects;
}

export interface TestCertificate {
  readonly certificatePem: string;
  readonly privateKeyPem: string;
  readonly der: Buffer;
  /** What `keyCredentials` takes. */
  readonly keyCredential: { type: string; usage: string; key: string };
}

const RSA = {
  name: "RSASSA-PKCS1-v1_5",
  hash: "SHA-256",
  modulusLength: 2048,
  publicExponent: new Uint8Array([1, 0, 1]),
};

/** A self-signed RSA certificate with the given dates. */
export async function makeCertificate(
  notBefore: string = "2026-11-20T12:00:00Z",
  notAfter: string = "2027-02-18T12:00:00Z",
): Promise<TestCertificate> {
  const keys = await webcrypto.subtle.generateKey(RSA, true, ["sign", "verify"]);
  const certificate = await X509CertificateGenerator.createSelfSigned(
    {
      name: "CN=test",
      serialNumber: "01",
      notBefore: new Date(notBefore),
      notAfter: new Date(notAfter),
      keys,
      signingAlgorithm: RSA,
    },
    webcrypto,
  );
  const der = Buffer.from(certificate.rawData);
  const pkcs8 = Buffer.from(await webcrypto.subtle.exportKey("pkcs8", keys.privateKey)).toString("base64");
  return {
    der,
    certificatePem: new X509Certificate(der).toString(),
    privateKeyPem: `-----BEGIN PRIVATE KEY-----\n${pkcs8.match(/.{1,64}/g)?.join("\n") ?? ""}\n-----END PRIVATE KEY-----\n`,
    keyCredential: { type: "AsymmetricX509Cert", usage: "Verify", key: der.toString("base64") },
  };
}

/** An RSA key that belongs to no certificate. */
export function strayPrivateKeyPem(): string {
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  return privateKey.export({ type: "pkcs8", format: "pem" }).toString();
}

/** Turns on one restriction of the tenant's default policy, in both scopes. */
export function restrictTenant(tenant: Tenant, restrictions: readonly object[], isEnabled = true): void {
  const passwordCredentials = restrictions.filter((one) => !JSON.stringify(one).includes("asymmetric"));
  const keyCredentials = restrictions.filter((one) => JSON.stringify(one).includes("asymmetric"));
  const scope = { passwordCredentials, keyCredentials };
  const { status, body } = call(tenant, "PATCH", "/policies/defaultAppManagementPolicy", {
    isEnabled,
    applicationRestrictions: scope,
    servicePrincipalRestrictions: scope,
  });
  if (status !== 204) throw new Error(`PATCH default policy answered ${status}: ${JSON.stringify(body)}`);
}
