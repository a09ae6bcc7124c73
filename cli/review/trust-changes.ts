/** What changes about who may do what: one row for each field, before and after. */
import type { Identities } from "./identities";
import type { ChangeSurroundings } from "./credential-changes";
import type { TrustChange } from "./report";
import type { PlannedResource } from "./resources";
import { appManagementDifferences } from "./trust/app-management";
import {
  apiAccessDifferences,
  applicationDifferences,
  federationDifferences,
  ownerDifferences,
  roleDifferences,
} from "./trust/application";
import { type Watch } from "./trust/change";
import { conditionalAccessDifferences, namedLocationDifferences } from "./trust/conditional-access";
import { vaultDifferences } from "./trust/vault";
import { isType, nameOf } from "./urn";

const WATCHES: readonly {
  readonly pack: string;
  readonly types: readonly string[];
  readonly watch: Watch;
}[] = [
  {
    pack: "certlock",
    types: ["TenantAppManagementPolicy", "AppManagementPolicy"],
    watch: appManagementDifferences,
  },
  { pack: "azuread", types: ["ConditionalAccessPolicy"], watch: conditionalAccessDifferences },
  { pack: "azuread", types: ["NamedLocation"], watch: namedLocationDifferences },
  {
    pack: "azuread",
    types: ["Application", "ApplicationRegistration", "ServicePrincipal"],
    watch: applicationDifferences,
  },
  { pack: "azuread", types: ["ApplicationOwner"], watch: ownerDifferences },
  { pack: "azuread", types: ["ApplicationApiAccess"], watch: apiAccessDifferences },
  {
    pack: "azuread",
    types: [
      "AppRoleAssignment",
      "DirectoryRoleAssignment",
      "DirectoryRoleMember",
      "DirectoryRoleEligibilityScheduleRequest",
      "ServicePrincipalDelegatedPermissionGrant",
    ],
    watch: roleDifferences,
  },
  {
    pack: "azuread",
    types: ["ApplicationFederatedIdentityCredential", "ApplicationFlexibleFederatedIdentityCredential"],
    watch: federationDifferences,
  },
  { pack: "azure-native", types: ["FederatedIdentityCredential"], watch: federationDifferences },
  { pack: "azure-native", types: ["Vault"], watch: vaultDifferences },
  { pack: "azure-native", types: ["RoleAssignment"], watch: roleDifferences },
];

export function trustChanges(
  resources: readonly PlannedResource[],
  identities: Identities,
  { sourceOf }: Pick<ChangeSurroundings, "sourceOf">,
): TrustChange[] {
  return resources.flatMap((resource) => {
    if (resource.operation === "same") return [];
    const found = WATCHES.find(({ pack, types }) => isType(resource.type, pack, ...types));
    if (found === undefined || isPartOfNew(resource, identities)) return [];
    const identity = identities.of(resource)?.name;
    const source = sourceOf(resource);
    return found.watch(resource).map(({ before, after, ...difference }) => ({
      ...difference,
      // An owner has no name: what counts is whose owner.
      object: difference.kind === "owner" ? (identity ?? nameOf(resource.urn)) : nameOf(resource.urn),
      ...(identity !== undefined && { identity }),
      ...(before !== undefined && { before }),
      ...(after !== undefined && { after }),
      urn: resource.urn,
      ...(source && { source }),
    }));
  });
}

/** The owners an application is made with are told with the application; nobody gains anything yet. */
function isPartOfNew(resource: PlannedResource, identities: Identities): boolean {
  if (!isType(resource.type, "azuread", "ApplicationOwner")) return false;
  const operation = identities.of(resource)?.resource?.operation;
  return operation === "create" || operation === "delete";
}
