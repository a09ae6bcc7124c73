/** What the configuration says of managed identities, for workloads inside Azure. */
import type { EntraCloud } from "../components/federation/cloud";
import { checkShortName } from "../components/names";
import { Problems } from "../components/problems";
import { readWorkloadIdentity, type WorkloadIdentityArgs } from "../components/workload-identity";
import { addUnlessNew } from "./distinct";
import { addBelow, known, readList, readObject, readText, type Shape } from "./structured-value";

/** As the component takes it; location and resource group are those of the vaults where none are given. */
export interface IdentitySettings extends WorkloadIdentityArgs {
  /** 3 to 64 letters, digits and hyphens. */
  readonly name: string;
}

/** What holds for every identity of the stack. */
export interface IdentitySurroundings {
  readonly location: string;
  readonly resourceGroup: string;
  readonly cloud: EntraCloud;
}

const ARGUMENTS: Shape = {
  location: "optional",
  resourceGroupName: "optional",
  roles: "optional",
  graphRoles: "optional",
  federatedCredentials: "optional",
  tags: "optional",
};
const IDENTITY: Shape = { name: "required", ...ARGUMENTS };

export function readIdentities(
  at: string,
  given: unknown,
  surroundings: IdentitySurroundings,
  problems: Problems,
): readonly IdentitySettings[] {
  const names = new Set<string>();
  return (readList(at, given, problems) ?? []).flatMap((item, index) => {
    const place = `${at}[${index}]`;
    const values = readObject(place, item, IDENTITY, problems);
    if (values === undefined) return [];
    const name = readText(`${place}.name`, values.get("name"), problems, checkShortName);
    addUnlessNew(`${place}.name`, name, names, problems);
    const { location, resourceGroup: resourceGroupName, cloud } = surroundings;
    const args = known(values, ARGUMENTS);
    const declared = { location, resourceGroupName, ...args, cloud } as WorkloadIdentityArgs;
    const found = new Problems();
    // What the identities have in common is reported where it stands.
    const readable = { location: "westeurope", resourceGroupName: "rg-any", ...args, cloud };
    readWorkloadIdentity("any", readable, found);
    addBelow(place, found.found, problems);
    return [{ ...declared, name }];
  });
}
