/** Makes every credential unnecessary for workloads that run in Azure: Azure itself says who they are. */
import * as managedidentity from "@pulumi/azure-native/managedidentity";
import * as pulumi from "@pulumi/pulumi";
import { assignAzureRoles, type AzureRole, checkAzureRoles } from "./azure-roles";
import { ENTRA_CLOUDS, type EntraCloud } from "./federation/cloud";
import { isKnown } from "./federation/claims";
import {
  checkFederatedCredentials,
  type FederatedCredentials,
  fieldsOf,
  placeOf,
} from "./federation/credentials";
import { type OptionNames, readEntries, readItems, readOptions } from "./given-options";
import { checkGraphRoles, type GraphRole, grantGraphRoles } from "./graph-roles";
import { checkLocation, checkResourceGroupName, checkText } from "./names";
import {
  ArgumentError,
  checkOneOf,
  describeGiven,
  type Finding,
  Problems,
  refuseArguments,
} from "./problems";

export interface WorkloadIdentityArgs {
  /** Existing resource group the identity is put in. Whoever may assign the identity to a machine may become it. */
  readonly resourceGroupName: pulumi.Input<string>;
  /** Region, for example "westeurope". Changing it makes a new identity. @default - that of the resource group */
  readonly location?: pulumi.Input<string>;
  /**
   * Name in Azure: 3 to 128 letters, digits, hyphens and underscores. Changing it makes a new identity.
   * @default - the name of the component
   */
  readonly identityName?: string;
  /** Roles in Azure, by a short name each. @default - none */
  readonly roles?: Readonly<Record<string, AzureRole>>;
  /** Application permissions of Microsoft Graph; a privileged one with its reason. @default - none */
  readonly graphRoles?: readonly GraphRole[];
  /**
   * Callers outside Azure that may act as this identity, by a short name: at most 20. For workloads on Azure
   * Kubernetes Service and for pipelines that need no application. @default - none
   */
  readonly federatedCredentials?: FederatedCredentials;
  /** Tags of the identity, for example its owner. @default - none */
  readonly tags?: Readonly<Record<string, pulumi.Input<string>>>;
  /** Cloud of the subscription: "public", "usgovernment" or "china". @default "public" */
  readonly cloud?: EntraCloud;
}

/**
 * A user-assigned managed identity with what it may do. Assign it to the virtual machine, app or job that runs the
 * workload.
 *
 * ```ts
 * const archive = new WorkloadIdentity("invoice-archive", {
 *   resourceGroupName: "rg-identities",
 *   roles: {
 *     // Storage Blob Data Contributor
 *     invoices: { role: "ba92f5b4-2d11-453d-a403-e96b0029c9fe", scope: container.id },
 *   },
 * });
 * ```
 *
 * As the credential of an application, where an API knows applications only, or another tenant is to be reached:
 *
 * ```ts
 * new SecretFreeApplication("invoice-archive", {
 *   description, owners,
 *   federatedCredentials: { archive: { managedIdentity: archive } },
 * });
 * ```
 *
 * For pods of a cluster:
 *
 * ```ts
 * federatedCredentials: { pods: { kubernetes: { issuer, namespace: "billing", serviceAccount: "archive" } } },
 * ```
 *
 * Creates `<name>-identity`, one `<name>-role-<short name>` or `<name>-role-<permission>` each, and one
 * `<name>-federated-<short name>` each, one after the other: Azure answers 409 to credentials of one identity that are
 * written at the same time.
 *
 * @throws ArgumentError listing every bad argument, before anything is registered
 */
export class WorkloadIdentity extends pulumi.ComponentResource {
  /** Id of the resource: what virtual machines and apps are assigned. */
  readonly resourceId: pulumi.Output<string>;
  /** Client id: what `ManagedIdentityCredential` is told where a host has several identities. */
  readonly clientId: pulumi.Output<string>;
  /** Object id of the service principal: what role assignments, vaults and federated credentials want. */
  readonly principalId: pulumi.Output<string>;
  /** Tenant of the identity. */
  readonly tenantId: pulumi.Output<string>;

  constructor(name: string, given: WorkloadIdentityArgs, opts: pulumi.ComponentResourceOptions = {}) {
    const args = readArguments(name, given);
    super(`certlock:components:${COMPONENT}`, name, {}, opts);
    const child = { parent: this };

    const identity = createIdentity(name, args, child);
    assignAzureRoles(name, identity.principalId, args.roles ?? {}, child);
    grantGraphRoles(
      { component: COMPONENT, name, principalId: identity.principalId },
      args.graphRoles ?? [],
      child,
    );
    createFederatedCredentials(name, identity, args, child);

    this.resourceId = identity.id;
    this.clientId = identity.clientId;
    this.principalId = identity.principalId;
    this.tenantId = identity.tenantId;
    this.registerOutputs({
      resourceId: this.resourceId,
      clientId: this.clientId,
      principalId: this.principalId,
      tenantId: this.tenantId,
    });
  }
}

const COMPONENT = "WorkloadIdentity";

/** https://learn.microsoft.com/entra/workload-id/workload-identity-federation-considerations#unsupported-regions-user-assigned-managed-identities */
const REGIONS_WITHOUT_FEDERATION: readonly string[] = ["malaysiasouth", "newzealandnorth"];

function createIdentity(
  name: string,
  args: WorkloadIdentityArgs,
  child: pulumi.CustomResourceOptions,
): managedidentity.UserAssignedIdentity {
  return new managedidentity.UserAssignedIdentity(
    `${name}-identity`,
    {
      resourceName: args.identityName ?? name,
      resourceGroupName: args.resourceGroupName,
      ...(args.location === undefined ? {} : { location: args.location }),
      ...(args.tags === undefined ? {} : { tags: args.tags }),
    },
    child,
  );
}

function createFederatedCredentials(
  name: string,
  identity: managedidentity.UserAssignedIdentity,
  args: WorkloadIdentityArgs,
  child: pulumi.CustomResourceOptions,
): void {
  let before: pulumi.Resource[] = [];
  const taken = new Map<string, string>();
  for (const [credential, trust] of Object.entries(args.federatedCredentials ?? {})) {
    const at = `${placeOf("federatedCredentials", credential)}.`;
    const fields = fieldsOf(trust, args.cloud ?? "public", { component: COMPONENT, name, at, taken });
    before = [
      new managedidentity.FederatedIdentityCredential(
        `${name}-federated-${credential}`,
        {
          federatedIdentityCredentialResourceName: credential,
          resourceName: identity.name,
          resourceGroupName: args.resourceGroupName,
          issuer: fields.issuer,
          subject: fields.subject,
          audiences: [fields.audience],
        },
        { ...child, dependsOn: before },
      ),
    ];
  }
}

const OPTIONS: OptionNames<WorkloadIdentityArgs> = {
  resourceGroupName: "required",
  location: "optional",
  identityName: "optional",
  roles: "optional",
  graphRoles: "optional",
  federatedCredentials: "optional",
  tags: "optional",
  cloud: "optional",
};

function readArguments(name: string, given: WorkloadIdentityArgs): WorkloadIdentityArgs {
  const problems = new Problems();
  const args = readWorkloadIdentity(name, given, problems);
  if (args === undefined) throw new ArgumentError(COMPONENT, name, problems.found);
  refuseArguments(COMPONENT, name, problems);
  return args;
}

/** Checks the arguments of whatever type, and answers with those that have a value; undefined where there are none. */
export function readWorkloadIdentity(
  name: string,
  given: WorkloadIdentityArgs,
  problems: Problems,
): WorkloadIdentityArgs | undefined {
  const args = readOptions("", given, OPTIONS, problems);
  if (args === undefined) return undefined;
  const { resourceGroupName, location, cloud = "public", federatedCredentials = {} } = args;
  if (isGiven(resourceGroupName))
    problems.add("resourceGroupName", checkResourceGroupName(resourceGroupName));
  if (isGiven(location)) problems.add("location", checkLocation(location));
  problems.add("identityName", checkIdentityName(args.identityName ?? name));
  problems.add("cloud", checkOneOf(cloud, ENTRA_CLOUDS));
  const roles = checkAzureRoles("roles", args.roles ?? {}, problems);
  const graphRoles = readItems("graphRoles", args.graphRoles ?? [], problems) ?? [];
  checkGraphRoles("graphRoles", graphRoles, problems);
  for (const [tag, value] of readEntries("tags", args.tags ?? {}, problems) ?? []) {
    if (isKnown(value))
      problems.add(`tags[${describeGiven(tag)}]`, checkText(value, 256, "give the tag a value"));
  }
  const readable = checkFederatedCredentials("federatedCredentials", federatedCredentials, cloud, problems);
  checkFederation(readable, location, problems);
  return { ...args, roles, graphRoles };
}

/** Whether there is something to judge now. */
function isGiven(given: pulumi.Input<string> | undefined): boolean {
  return given !== undefined && isKnown(given);
}

/** https://learn.microsoft.com/azure/azure-resource-manager/management/resource-name-rules#microsoftmanagedidentity */
function checkIdentityName(given: unknown): Finding | undefined {
  if (typeof given === "string" && /^[A-Za-z0-9][A-Za-z0-9_-]{2,127}$/.test(given)) return undefined;
  return {
    code: "invalid-name",
    given: describeGiven(given),
    allowed: "3 to 128 letters, digits, hyphens and underscores, starting with a letter or digit",
    remedy: 'choose a name such as "id-invoice-archive"',
  };
}

/** What an application can have and a managed identity cannot. */
function checkFederation(credentials: FederatedCredentials, location: unknown, problems: Problems): void {
  for (const [name, trust] of Object.entries(credentials)) {
    // https://learn.microsoft.com/azure/templates/microsoft.managedidentity/userassignedidentities/federatedidentitycredentials
    if (trust.description !== undefined) {
      problems.add(`${placeOf("federatedCredentials", name)}.description`, {
        code: "unknown-key",
        given: "a description",
        allowed: "no description: Azure keeps none for the credential of a managed identity",
        remedy: "leave it out, and say what the caller is in the credential's name",
      });
    }
    if (!("managedIdentity" in trust)) continue;
    problems.add(`${placeOf("federatedCredentials", name)}.managedIdentity`, {
      code: "entra-issuer",
      given: "a managed identity as the credential of a managed identity",
      allowed: "callers outside Entra; Entra exchanges tokens of managed identities for applications only",
      remedy: "assign the identity itself to the workload, or put the credential on an application",
    });
  }
  const region = typeof location === "string" ? location : "";
  if (Object.keys(credentials).length === 0 || !REGIONS_WITHOUT_FEDERATION.includes(region)) return;
  problems.add("location", {
    code: "out-of-range",
    given: describeGiven(region),
    allowed: `a region where identities can have federated credentials: not ${REGIONS_WITHOUT_FEDERATION.join(", ")}`,
    remedy: "put the identity into another region: workloads elsewhere can use it all the same",
  });
}
