/** Service connections of Azure DevOps. */
import { checkGuid } from "../guid";
import type { Finding, Problems } from "../problems";
import { checkName, type Issuer } from "./claims";
import { entraIssuer } from "./cloud";

/** A service connection whose tokens Entra issues: every new one in Azure's public cloud. */
export interface AzureDevOpsConnection {
  /** Tenant in the issuer that the connection shows. */
  readonly tenantId: string;
  /** Id of the organization: `instanceId` in `https://dev.azure.com/<organization>/_apis/connectionData`. */
  readonly organizationId: string;
  /** Id of the service connection: `resourceId` in the address of its page. */
  readonly connectionId: string;
}

/**
 * A service connection whose tokens Azure DevOps issues: those for national clouds and multi-tenant applications, and
 * old ones. For all others this issuer ends on 1 July 2027.
 * https://learn.microsoft.com/azure/devops/pipelines/release/convert-service-connections
 */
export interface AzureDevOpsNamedConnection {
  /** Id of the organization: `instanceId` in `https://dev.azure.com/<organization>/_apis/connectionData`. */
  readonly organizationId: string;
  /** Name of the organization. Renaming it, the project or the connection breaks the trust. */
  readonly organization: string;
  /** Name of the project. */
  readonly project: string;
  /** Name of the service connection. */
  readonly connection: string;
}

/** Azure DevOps in Entra: https://learn.microsoft.com/azure/devops/integrate/get-started/authentication/service-principal-managed-identity */
const AZURE_DEVOPS_APPLICATION = "499b84ac-1321-427f-aa17-267ca6975798";

/**
 * Issuers and subjects: https://learn.microsoft.com/azure/devops/pipelines/release/troubleshoot-workload-identity.
 * What Microsoft calls its prefix there is spelt out at
 * https://learn.microsoft.com/power-platform/admin/set-up-managed-identity: version, cloud, tenant and application.
 */
export const azureDevOps: Issuer<AzureDevOpsConnection | AzureDevOpsNamedConnection> = {
  caller: "Azure DevOps",
  options: {
    organizationId: "checked",
    tenantId: "checked",
    connectionId: "checked",
    organization: "checked",
    project: "checked",
    connection: "checked",
  },
  check(at, given, problems, cloud) {
    problems.add(`${at}.organizationId`, checkGuid(given.organizationId, "id of the organization"));
    problems.add(at, checkKind(given));
    if ("connectionId" in given) {
      problems.add(`${at}.tenantId`, checkGuid(given.tenantId, "id of the tenant in the issuer"));
      problems.add(`${at}.connectionId`, checkGuid(given.connectionId, "id of the service connection"));
      // Connections to national clouds keep the issuer of Azure DevOps.
      if (cloud !== "public") {
        problems.add(`${at}.connectionId`, {
          code: "choose-one",
          given: `connectionId in the cloud ${cloud}`,
          allowed: "organization, project and connection, by their names",
          remedy: "leave tenantId and connectionId out: there, Azure DevOps issues the tokens itself",
        });
      }
    } else checkNames(at, given, problems);
  },
  claims(given, cloud) {
    const organizationId = given.organizationId.toLowerCase();
    if (!("connectionId" in given)) {
      const { organization, project, connection } = given;
      return {
        issuer: `https://vstoken.dev.azure.com/${organizationId}`,
        subject: `sc://${organization}/${project}/${connection}`,
      };
    }
    const prefix = `/eid1/c/pub/t/${shortGuid(given.tenantId)}/a/${shortGuid(AZURE_DEVOPS_APPLICATION)}`;
    return {
      issuer: entraIssuer(cloud, given.tenantId),
      subject: `${prefix}/sc/${organizationId}/${given.connectionId.toLowerCase()}`,
    };
  },
};

const IDS = ["tenantId", "connectionId"] as const;
const NAMES = ["organization", "project", "connection"] as const;

/** The two kinds have different subjects: of a mixture one half would quietly count for nothing. */
function checkKind(given: object): Finding | undefined {
  const [ids, names] = [IDS, NAMES].map((options) => options.filter((option) => option in given));
  if (ids === undefined || names === undefined || ids.length === 0 || names.length === 0) return undefined;
  return {
    code: "choose-one",
    given: [...ids, ...names].join(" and "),
    allowed: `${IDS.join(" and ")}, or ${NAMES.join(", ")}`,
    remedy: `look at the issuer the connection shows: for login.microsoftonline.com keep ${IDS.join(" and ")}`,
  };
}

function checkNames(at: string, given: AzureDevOpsNamedConnection, problems: Problems): void {
  const remedy = "copy it from the address of the service connection, spaces as spaces";
  for (const option of NAMES) {
    problems.add(
      `${at}.${option}`,
      checkName(given[option], /^(?!\s)[^/\\*?]{1,128}(?<!\s)$/u, {
        allowed: "the name, 1 to 128 characters without slashes",
        remedy,
      }),
    );
  }
}

/** A GUID in the byte order of .NET, as base64url: how Entra writes ids into subjects. */
function shortGuid(guid: string): string {
  const [first = "", second = "", third = "", ...rest] = guid.split("-");
  const reversed = [first, second, third].map((part) => Buffer.from(part, "hex").reverse());
  return Buffer.concat([...reversed, Buffer.from(rest.join(""), "hex")]).toString("base64url");
}
