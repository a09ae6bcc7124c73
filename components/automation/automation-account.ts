/** The account the runbook lives in: it signs in with a managed identity, and takes no keys. */
import * as automation from "@pulumi/azure-native/automation";
import * as pulumi from "@pulumi/pulumi";
import { isKnown } from "../federation/claims";
import { type OptionNames, readOptions } from "../given-options";
import { checkGuid } from "../guid";
import { checkResourceGroupName } from "../names";
import { describeGiven, type Finding, type Problems } from "../problems";
import { checkResourceId } from "../resource-id";

/** Where everything in the account is addressed. */
export interface AccountAddress {
  readonly resourceGroupName: pulumi.Input<string>;
  readonly automationAccountName: pulumi.Input<string>;
}

/** An account that is there already, with an identity. */
export interface GivenAutomationAccount {
  /** Name of the account. */
  readonly accountName: string;
  /** Resource group of the account. */
  readonly resourceGroupName: pulumi.Input<string>;
  /** Object id of the account's identity: it is given the roles, and becomes owner of the applications. */
  readonly principalId: pulumi.Input<string>;
  /** Client id, for a user-assigned identity. @default - the identity of the account is system-assigned */
  readonly clientId?: pulumi.Input<string>;
  /** Where hybrid workers register, `automationHybridServiceUrl`; wanted for machines alone. @default - none */
  readonly hybridServiceUrl?: pulumi.Input<string>;
}

/** A user-assigned identity; a `WorkloadIdentity` is one. */
export interface RunbookIdentity {
  readonly resourceId: pulumi.Input<string>;
  readonly clientId: pulumi.Input<string>;
  readonly principalId: pulumi.Input<string>;
}

/** The account, made or given, and who its jobs are. */
export interface Account {
  readonly address: AccountAddress;
  readonly principalId: pulumi.Output<string>;
  readonly clientId: pulumi.Output<string> | undefined;
  readonly hybridServiceUrl: pulumi.Output<string>;
  /** For diagnostics; undefined for an account that is given. */
  readonly resource: automation.AutomationAccount | undefined;
}

interface AccountPlan {
  readonly accountName: string;
  readonly resourceGroupName: pulumi.Input<string>;
  readonly location: pulumi.Input<string> | undefined;
  readonly tags: Readonly<Record<string, pulumi.Input<string>>> | undefined;
  readonly identity: RunbookIdentity | undefined;
  readonly hasWorkers: boolean;
}

/** Creates `<name>-account`. */
export function createAccount(name: string, plan: AccountPlan, child: pulumi.CustomResourceOptions): Account {
  const { accountName, resourceGroupName, location, tags, identity, hasWorkers } = plan;
  const account = new automation.AutomationAccount(
    `${name}-account`,
    {
      automationAccountName: accountName,
      resourceGroupName,
      ...(location === undefined ? {} : { location }),
      ...(tags === undefined ? {} : { tags }),
      // "Free" accounts have too few minutes in a month for a daily job that waits for replication.
      sku: { name: "Basic" },
      disableLocalAuth: true,
      // Webhooks and the door of the workers. Without workers nobody comes: jobs are started from inside.
      publicNetworkAccess: hasWorkers,
      encryption: { keySource: "Microsoft.Automation" },
      identity:
        identity === undefined
          ? { type: "SystemAssigned" }
          : { type: "UserAssigned", userAssignedIdentities: [identity.resourceId] },
    },
    child,
  );
  return {
    address: { resourceGroupName, automationAccountName: account.name },
    principalId:
      identity === undefined
        ? account.identity.apply((own) => own?.principalId ?? "")
        : pulumi.output(identity.principalId),
    clientId: identity === undefined ? undefined : pulumi.output(identity.clientId),
    hybridServiceUrl: account.automationHybridServiceUrl.apply((url) => url ?? ""),
    resource: account,
  };
}

export function givenAccount(given: GivenAutomationAccount): Account {
  const { accountName, resourceGroupName, principalId, clientId, hybridServiceUrl } = given;
  return {
    address: { resourceGroupName, automationAccountName: accountName },
    principalId: pulumi.output(principalId),
    clientId: clientId === undefined ? undefined : pulumi.output(clientId),
    hybridServiceUrl: pulumi.output(hybridServiceUrl ?? ""),
    resource: undefined,
  };
}

const GIVEN: OptionNames<GivenAutomationAccount> = {
  accountName: "checked",
  resourceGroupName: "required",
  principalId: "required",
  clientId: "optional",
  hybridServiceUrl: "optional",
};
const IDENTITY: OptionNames<RunbookIdentity> = {
  resourceId: "required",
  clientId: "required",
  principalId: "required",
};

export function readGivenAccount(
  at: string,
  given: GivenAutomationAccount,
  problems: Problems,
): GivenAutomationAccount | undefined {
  const account = readOptions(at, given, GIVEN, problems);
  if (account === undefined) return undefined;
  problems.add(`${at}.accountName`, checkAccountName(account.accountName));
  addIfKnown(`${at}.resourceGroupName`, account.resourceGroupName, checkResourceGroupName, problems);
  addIfKnown(`${at}.principalId`, account.principalId, principal, problems);
  addIfKnown(`${at}.clientId`, account.clientId, client, problems);
  addIfKnown(`${at}.hybridServiceUrl`, account.hybridServiceUrl, checkServiceUrl, problems);
  return account;
}

export function readIdentity(at: string, given: RunbookIdentity, problems: Problems): void {
  const identity = readOptions(at, given, IDENTITY, problems);
  if (identity === undefined) return;
  const type = "Microsoft.ManagedIdentity/userAssignedIdentities";
  addIfKnown(`${at}.resourceId`, identity.resourceId, (id) => checkResourceId(id, type), problems);
  addIfKnown(`${at}.clientId`, identity.clientId, client, problems);
  addIfKnown(`${at}.principalId`, identity.principalId, principal, problems);
}

/** Judges a value of whatever type, unless it is absent or known later. */
export function addIfKnown(
  at: string,
  given: unknown,
  check: (given: unknown) => Finding | undefined,
  problems: Problems,
): void {
  if (given !== undefined && isKnown(given)) problems.add(at, check(given));
}

/** https://learn.microsoft.com/azure/azure-resource-manager/management/resource-name-rules#microsoftautomation */
export function checkAccountName(given: unknown): Finding | undefined {
  if (typeof given === "string" && /^[A-Za-z][A-Za-z0-9-]{4,48}[A-Za-z0-9]$/.test(given)) return undefined;
  return {
    code: "invalid-name",
    given: describeGiven(given),
    allowed: "6 to 50 letters, digits and hyphens, starting with a letter, ending with a letter or digit",
    remedy: 'choose a name such as "aa-rotation"',
  };
}

function checkServiceUrl(given: unknown): Finding | undefined {
  if (typeof given === "string" && /^https:\/\/[a-z0-9.-]+\/automationAccounts\/[A-Za-z0-9-]+$/i.test(given))
    return undefined;
  return {
    code: "invalid-url",
    given: describeGiven(given),
    allowed: "https://<id>.jrds.<region>.azure-automation.net/automationAccounts/<id>",
    remedy: 'pass the property "automationHybridServiceUrl" of the account',
  };
}

function principal(given: unknown): Finding | undefined {
  return checkGuid(given, "object id of the identity");
}

function client(given: unknown): Finding | undefined {
  return checkGuid(given, "client id of the identity");
}
