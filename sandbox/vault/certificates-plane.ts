import {
  certificateBundle,
  certificateItem,
  certificateVersionItem,
  deletedCertificateBundle,
  deletedCertificateItem,
  operationBody,
  policyBody,
} from "./certificate-bundle";
import { readImport } from "./certificate-import";
import { flag, object } from "./certificate-policy";
import { badParameter, certificateNotFound, KeyVaultError } from "./key-vault-error";
import { notEmulated, ok, page, permit, type PlaneAnswer, type PlaneRequest, tags } from "./plane";
import type { DeletedCertificate } from "./vault";
import {
  type CertificateOperation,
  type CertificateVersion,
  newestVersion,
  type VaultCertificate,
} from "./vault-certificate";

/** Making, reading and changing certificates. https://learn.microsoft.com/rest/api/keyvault/certificates/operation-groups */
export async function answerCertificates(request: PlaneRequest): Promise<PlaneAnswer> {
  const { vault, method } = request;
  const [, name, part, ...rest] = request.segments;
  if (name === undefined) {
    if (method !== "GET") throw notEmulated(request);
    permit(request, "certificates/read");
    return page(
      [...vault.certificates.values()].map((certificate) => certificateItem(vault, certificate)),
      request,
    );
  }
  if (rest.length > 0 || (part === undefined && ["contacts", "issuers"].includes(name)))
    throw notEmulated(request);
  switch (
    `${method} ${["create", "import", "pending", "policy", "versions"].find((word) => word === part) ?? ""}`
  ) {
    case "POST create":
      return create(request, name);
    case "POST import":
      return importOne(request, name);
    case "GET versions":
      return listVersions(request, name);
    case "GET pending":
    case "PATCH pending":
    case "DELETE pending":
      return pending(request, name);
    case "GET policy":
    case "PATCH policy":
      return policy(request, name);
    case "GET ":
      return get(request, name, part);
    case "PATCH ":
      return update(request, name, part);
    case "DELETE ":
      if (part !== undefined) throw notEmulated(request);
      return remove(request, name);
    default:
      throw notEmulated(request);
  }
}

/** Certificates that are deleted and can come back. */
export function answerDeletedCertificates(request: PlaneRequest): PlaneAnswer {
  const { vault, tenant, method } = request;
  const store = tenant.vaults.certificates;
  const [, name, verb, ...rest] = request.segments;
  if (name === undefined) {
    permit(request, "certificates/read");
    const names = [...vault.deletedCertificates.keys()];
    return page(
      names
        .flatMap((each) => store.deleted(vault, each) ?? [])
        .map((each) => deletedCertificateItem(vault, each)),
      request,
    );
  }
  const asked = [method, verb, ...rest].join(" ").trim();
  if (asked === "GET") {
    permit(request, "certificates/read", at(name));
    return ok(deletedCertificateBundle(vault, findDeleted(request, name)));
  }
  if (asked === "POST recover") {
    permit(request, "certificates/recover/action", at(name));
    const certificate = store.recover(vault, findDeleted(request, name));
    return ok(certificateBundle(vault, certificate, newestVersion(certificate)));
  }
  if (asked === "DELETE") {
    permit(request, "certificates/purge/action", at(name));
    store.purge(vault, findDeleted(request, name));
    return { status: 204 };
  }
  throw notEmulated(request);
}

async function create(request: PlaneRequest, name: string): Promise<PlaneAnswer> {
  permit(request, "certificates/create/action", at(name));
  const { tenant, vault, body, query, baseUrl } = request;
  const store = tenant.vaults.certificates;
  const { operation } = await store.create(vault, name, {
    policy: body["policy"],
    enabled: flag(object(body["attributes"])["enabled"]),
    tags: tags(body["tags"]) ?? {},
  });
  if (operation === undefined) throw pendingNotFound();
  const where = new URLSearchParams({
    "api-version": query.get("api-version") ?? "",
    request_id: operation.requestId,
  });
  return {
    status: 202,
    body: operationBody(vault, name, operation),
    headers: {
      location: `${baseUrl}/certificates/${name}/pending?${where.toString()}`,
      "retry-after": String(store.retryAfterSeconds),
    },
  };
}

async function importOne(request: PlaneRequest, name: string): Promise<PlaneAnswer> {
  permit(request, "certificates/import/action", at(name));
  const { tenant, vault, body } = request;
  const certificate = await tenant.vaults.certificates.import(vault, name, {
    ...(await readImport(body)),
    policy: body["policy"],
    enabled: flag(object(body["attributes"])["enabled"]),
    tags: tags(body["tags"]) ?? {},
  });
  return ok(certificateBundle(vault, certificate, newestVersion(certificate)));
}

/** Of a name that nobody has it is an empty list. */
function listVersions(request: PlaneRequest, name: string): PlaneAnswer {
  permit(request, "certificates/read", at(name));
  const { tenant, vault } = request;
  const certificate = tenant.vaults.certificates.get(vault, name);
  const versions =
    certificate?.versions.map((each) => certificateVersionItem(vault, certificate, each)) ?? [];
  return page(versions, request);
}

function pending(request: PlaneRequest, name: string): PlaneAnswer {
  const { tenant, vault, method, query, body } = request;
  const store = tenant.vaults.certificates;
  permit(request, method === "GET" ? "certificates/read" : "certificates/update/action", at(name));
  const certificate = store.get(vault, name);
  const operation = certificate?.operation;
  const wanted = query.get("request_id");
  if (
    certificate === undefined ||
    operation === undefined ||
    (wanted !== null && wanted !== operation.requestId)
  ) {
    throw pendingNotFound();
  }
  if (method === "GET") return look(request, name, operation);
  if (method === "DELETE") {
    store.deleteOperation(vault, certificate);
    return ok(operationBody(vault, name, operation));
  }
  if (body["cancellation_requested"] !== true)
    throw badParameter("Property cancellation_requested must be true.");
  return ok(operationBody(vault, name, store.cancel(vault, certificate, operation)));
}

function look({ tenant, vault }: PlaneRequest, name: string, operation: CertificateOperation): PlaneAnswer {
  const body = operationBody(vault, name, operation);
  if (operation.status !== "inProgress") return ok(body);
  return {
    status: 200,
    body,
    headers: { "retry-after": String(tenant.vaults.certificates.retryAfterSeconds) },
  };
}

function policy(request: PlaneRequest, name: string): PlaneAnswer {
  const { tenant, vault, method, body } = request;
  permit(request, method === "GET" ? "certificates/read" : "certificates/update/action", at(name));
  const certificate = tenant.vaults.certificates.find(vault, name);
  const found =
    method === "GET" ? certificate.policy : tenant.vaults.certificates.updatePolicy(vault, certificate, body);
  return ok(policyBody(vault, certificate.name, found));
}

/** A disabled version is shown like any other: only its key and secret are withheld. */
function get(request: PlaneRequest, name: string, version: string | undefined): PlaneAnswer {
  permit(request, "certificates/read", at(name));
  const certificate = request.tenant.vaults.certificates.find(request.vault, name);
  return ok(certificateBundle(request.vault, certificate, findVersion(certificate, version)));
}

function update(request: PlaneRequest, name: string, version: string | undefined): PlaneAnswer {
  permit(request, "certificates/update/action", at(name));
  const { tenant, vault, body } = request;
  const store = tenant.vaults.certificates;
  const before = findVersion(store.find(vault, name), version);
  const enabled = flag(object(body["attributes"])["enabled"]);
  const given = tags(body["tags"]);
  if (enabled === undefined && given === undefined && body["policy"] === undefined) {
    throw badParameter("Nothing to update.");
  }
  if (body["policy"] !== undefined) store.updatePolicy(vault, store.find(vault, name), body["policy"]);
  const after = store.update(vault, store.find(vault, name), before, { enabled, tags: given });
  return ok(certificateBundle(vault, store.find(vault, name), after));
}

function remove(request: PlaneRequest, name: string): PlaneAnswer {
  permit(request, "certificates/delete", at(name));
  const { tenant, vault } = request;
  const store = tenant.vaults.certificates;
  return ok(deletedCertificateBundle(vault, store.delete(vault, store.find(vault, name))));
}

function findVersion(certificate: VaultCertificate, version: string | undefined): CertificateVersion {
  if (version === undefined || version === "") return newestVersion(certificate);
  const found = certificate.versions.find((each) => each.version === version.toLowerCase());
  if (!found) throw certificateNotFound(`${certificate.name}/${version}`);
  return found;
}

function findDeleted({ tenant, vault }: PlaneRequest, name: string): DeletedCertificate {
  const deleted = tenant.vaults.certificates.deleted(vault, name);
  if (deleted !== undefined) return deleted;
  throw new KeyVaultError(404, "CertificateNotFound", `Deleted Certificate not found: ${name}`);
}

function pendingNotFound(): KeyVaultError {
  return new KeyVaultError(404, "PendingCertificateNotFound", "Pending certificate not found.");
}

function at(name: string): string {
  return `certificates/${name}`;
}
