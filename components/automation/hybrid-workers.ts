/** Machines of one's own that run the jobs, inside the network that a closed vault admits. */
import * as automation from "@pulumi/azure-native/automation";
import * as compute from "@pulumi/azure-native/compute";
import * as pulumi from "@pulumi/pulumi";
import { type OptionNames, readEntries, readOptions } from "../given-options";
import { nameBasedGuid } from "../guid";
import { checkLocation } from "../names";
import { checkOneOf, describeGiven, type Finding, type Problems } from "../problems";
import { checkResourceId, parseResourceId } from "../resource-id";
import { type Account, addIfKnown } from "./automation-account";

/** One virtual machine that becomes a worker: it needs Python 3.10 or newer on its path, and a way to the vault. */
export interface HybridWorkerMachine {
  /** Id of the virtual machine. */
  readonly vmId: pulumi.Input<string>;
  /** "linux" or "windows": the extension that makes it a worker differs. */
  readonly os: "linux" | "windows";
  /** Region of the machine, for example "westeurope". */
  readonly location: pulumi.Input<string>;
}

export interface HybridWorkersArgs {
  /** Name of the group, 1 to 63 letters, digits, hyphens and underscores. @default - the name of the component */
  readonly groupName?: string;
  /**
   * Machines to put into the group, by a short name each: the group is made then. A machine that is a worker of another
   * account cannot be one here. @default - none: the group is there already, in the account that is given
   */
  readonly machines?: Readonly<Record<string, HybridWorkerMachine>>;
}

const OPTIONS: OptionNames<HybridWorkersArgs> = { groupName: "optional", machines: "optional" };
const MACHINE: OptionNames<HybridWorkerMachine> = {
  vmId: "required",
  os: "checked",
  location: "required",
};

/** https://learn.microsoft.com/azure/automation/extension-based-hybrid-runbook-worker-install */
const EXTENSIONS = { linux: "HybridWorkerForLinux", windows: "HybridWorkerForWindows" } as const;

/**
 * Creates `<name>-workers`, and for each machine `<name>-worker-<short name>` and, once that is registered,
 * `<name>-worker-<short name>-extension`; nothing for a group that is there already.
 * @returns what a job has to wait for
 */
export function createWorkers(
  name: string,
  account: Account,
  { groupName = name, machines }: HybridWorkersArgs,
  child: pulumi.CustomResourceOptions,
): { readonly groupName: string; readonly resources: readonly pulumi.Resource[] } {
  if (machines === undefined) return { groupName, resources: [] };
  const group = new automation.HybridRunbookWorkerGroup(
    `${name}-workers`,
    { ...account.address, hybridRunbookWorkerGroupName: groupName },
    child,
  );
  const extensions = Object.entries(machines).map(([machine, { vmId, os, location }]) => {
    const worker = new automation.HybridRunbookWorker(
      `${name}-worker-${machine}`,
      {
        ...account.address,
        hybridRunbookWorkerGroupName: group.name,
        // Azure wants a GUID; a random one would be another worker in every run.
        hybridRunbookWorkerId: pulumi
          .all([account.address.automationAccountName, vmId])
          .apply(([at, id]) => nameBasedGuid(at.toLowerCase(), groupName.toLowerCase(), id.toLowerCase())),
        vmResourceId: vmId,
      },
      child,
    );
    const vm = pulumi.output(vmId).apply(parseResourceId);
    return new compute.VirtualMachineExtension(
      `${name}-worker-${machine}-extension`,
      {
        resourceGroupName: vm.apply((id) => id?.resourceGroupName ?? ""),
        vmName: vm.apply((id) => id?.names[0] ?? ""),
        vmExtensionName: "HybridWorkerExtension",
        location,
        publisher: "Microsoft.Azure.Automation.HybridWorker",
        type: EXTENSIONS[os],
        typeHandlerVersion: "1.1",
        autoUpgradeMinorVersion: true,
        enableAutomaticUpgrade: true,
        settings: { AutomationAccountURL: account.hybridServiceUrl },
      },
      { ...child, dependsOn: worker },
    );
  });
  return { groupName, resources: [group, ...extensions] };
}

export function readWorkers(
  at: string,
  given: HybridWorkersArgs,
  problems: Problems,
): HybridWorkersArgs | undefined {
  const workers = readOptions(at, given, OPTIONS, problems);
  if (workers === undefined) return undefined;
  if (workers.groupName !== undefined) problems.add(`${at}.groupName`, checkGroupName(workers.groupName));
  if (workers.machines === undefined) return workers;
  const machines = readEntries(`${at}.machines`, workers.machines, problems) ?? [];
  if (machines.length === 0) problems.add(`${at}.machines`, NO_MACHINE);
  for (const [short, each] of machines) {
    const place = `${at}.machines[${describeGiven(short)}]`;
    problems.add(place, checkGroupName(short));
    const machine = readOptions(place, each, MACHINE, problems);
    if (machine === undefined) continue;
    problems.add(`${place}.os`, checkOneOf(machine.os, Object.keys(EXTENSIONS)));
    const type = "Microsoft.Compute/virtualMachines";
    addIfKnown(`${place}.vmId`, machine.vmId, (id) => checkResourceId(id, type), problems);
    addIfKnown(`${place}.location`, machine.location, checkLocation, problems);
  }
  return workers;
}

export function checkGroupName(given: unknown): Finding | undefined {
  if (typeof given === "string" && /^[A-Za-z][A-Za-z0-9_-]{0,62}$/.test(given)) return undefined;
  return {
    code: "invalid-name",
    given: describeGiven(given),
    allowed: "1 to 63 letters, digits, hyphens and underscores, starting with a letter",
    remedy: 'choose a name such as "workers-in-the-office"',
  };
}

const NO_MACHINE: Finding = {
  code: "missing",
  given: "no machine",
  allowed: "one machine or more: a group without any leaves its jobs queued for ever",
  remedy: "name a virtual machine, or leave out machines where the group is there already",
};
