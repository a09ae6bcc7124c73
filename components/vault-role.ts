/** Lets a principal use one object of a vault. There is no function here for more than one. */
import * as authorization from "@pulumi/azure-native/authorization";
import * as pulumi from "@pulumi/pulumi";
import { isKnown } from "./federation/claims";
import { type OptionNames, readEntries, readOptions } from "./given-options";
import { checkGuid, nameBasedGuid } from "./guid";
import { checkOneOf, describeGiven, type Finding, type Problems } from "./problems";

/** Somebody who is let in, typically the managed identity of the workload's host. */
export interface VaultPrincipal {
  /** Object id of the principal. */
  readonly principalId: pulumi.Input<string>;
  /** @default "ServicePrincipal" */
  readonly principalType?: "ServicePrincipal" | "Group" | "User";
}

/** https://learn.microsoft.com/azure/role-based-access-control/built-in-roles/security */
export const VAULT_ROLES = {
  /** Key Vault Secrets User: reads the value of the secret. */
  secretsUser: "4633458b-17de-408a-b874-0445c86b69e6",
  /** Key Vault Certificates Officer: makes versions of the certificate, and never sees its key. */
  certificatesOfficer: "a4417e6f-fecd-4de8-b567-7b0420556985",
  /** Key Vault Reader: reads the public part of a certificate, and no secret. */
  reader: "21090545-7ca7-4776-b22c-e363652d74d2",
  /** Key Vault Crypto User: has the vault sign with the key, and never sees it. */
  cryptoUser: "12338af0-0e69-4776-bea7-57ae8d297424",
} as const;

/** One object of a vault, and how a grant on it is called. */
export interface VaultObject {
  /** Id in Azure Resource Manager: the scope of the grant. */
  readonly id: pulumi.Input<string>;
  readonly vaultName: pulumi.Input<string>;
  readonly objectName: pulumi.Input<string>;
}

/** Gives the principal this role on the object and on nothing else. */
export function grantRole(
  name: string,
  role: (typeof VAULT_ROLES)[keyof typeof VAULT_ROLES],
  { id, vaultName, objectName }: VaultObject,
  principal: VaultPrincipal,
  child: pulumi.CustomResourceOptions,
): authorization.RoleAssignment {
  // Azure tells neither ids nor names in a vault apart by upper and lower case; other letters are no other reader.
  const principalId = pulumi.output(principal.principalId).apply((each) => each.toLowerCase());
  return new authorization.RoleAssignment(
    name,
    {
      // Azure wants a GUID as name. The vault's name is unique in all of Azure, so this one is too.
      roleAssignmentName: pulumi
        .all([principalId, vaultName, objectName])
        .apply(([each, vault, object]) =>
          nameBasedGuid(vault.toLowerCase(), object.toLowerCase(), each, role),
        ),
      scope: id,
      principalId,
      principalType: principal.principalType ?? "ServicePrincipal",
      roleDefinitionId: pulumi.output(id).apply((scope) => roleDefinitionId(scope, role)),
    },
    child,
  );
}

/** The role as the object's own subscription spells it: the form Azure answers with, so no difference is seen. */
function roleDefinitionId(scope: string, role: string): string {
  const subscription = /^\/subscriptions\/[^/]+/i.exec(scope)?.[0] ?? "";
  return `${subscription}/providers/Microsoft.Authorization/roleDefinitions/${role}`;
}

const PRINCIPAL: OptionNames<VaultPrincipal> = { principalId: "required", principalType: "optional" };

/** Azure has one assignment for each principal, role and scope. */
function samePrincipal(principalId: unknown): Finding {
  return {
    code: "duplicate",
    given: describeGiven(principalId),
    allowed: "each principal once",
    remedy: "remove one of the two",
  };
}

export function checkPrincipals(
  at: string,
  principals: Readonly<Record<string, VaultPrincipal>>,
  problems: Problems,
): void {
  const seen = new Set<string>();
  for (const [shortName, given] of readEntries(at, principals, problems) ?? []) {
    const place = `${at}[${describeGiven(shortName)}]`;
    const principal = readOptions(place, given, PRINCIPAL, problems);
    if (principal === undefined) continue;
    const principalId: unknown = principal.principalId;
    if (principalId !== undefined && isKnown(principalId)) {
      const at = `${place}.principalId`;
      problems.add(at, checkGuid(principalId, "object id of the principal"));
      const key = typeof principalId === "string" ? principalId.toLowerCase() : undefined;
      if (key !== undefined && seen.has(key)) problems.add(at, samePrincipal(principalId));
      if (key !== undefined) seen.add(key);
    }
    problems.add(
      `${place}.principalType`,
      checkOneOf(principal.principalType ?? "ServicePrincipal", ["ServicePrincipal", "Group", "User"]),
    );
  }
}
