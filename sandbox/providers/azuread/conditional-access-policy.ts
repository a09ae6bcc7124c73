import { isGuid } from "../../tenant/identifiers";
import type { CheckFailure } from "../fields";
import { child, text } from "../property-readers";
import type { PropertyMap } from "../property-values";
import type { ResourceKind, ResourceState } from "../resource-kind";
import { policyBody, policyOutputs } from "./conditional-access-body";
import { POLICY_FIELDS } from "./conditional-access-schema";
import { during, type GraphClient } from "./graph-client";

const PATH = "/identity/conditionalAccess/policies";

/** azuread.ConditionalAccessPolicy */
export function conditionalAccessPolicyKind(graph: GraphClient): ResourceKind {
  const read = (id: string): ResourceState | undefined => {
    const policy = graph.find(pathOf(id));
    return policy && { id, outputs: policyOutputs(policy) };
  };
  return {
    schema: "closed",
    fields: POLICY_FIELDS,
    computed: ["objectId"],
    secrets: [],
    check: failures,
    create: (inputs) => {
      const created = during("Could not create conditional access policy", () =>
        graph.post(PATH, policyBody(inputs)),
      );
      const state = read(`${PATH}/${text(created, "id") ?? ""}`);
      if (!state) throw new Error("Could not create conditional access policy: it vanished");
      return state;
    },
    read,
    update: (id, inputs, state) => {
      during(`Could not update conditional access policy with ID: "${id}"`, () => {
        graph.patch(pathOf(id), policyBody(inputs));
      });
      return read(id)?.outputs ?? state;
    },
    delete: (id) => {
      during(`Deleting conditional access policy (${id})`, () => {
        graph.delete(pathOf(id));
      });
    },
  };
}

function pathOf(id: string): string {
  if (!id.startsWith(`${PATH}/`) || !isGuid(id.slice(PATH.length + 1))) {
    throw new Error(
      `parsing the conditional access policy ID: expected the form "${PATH}/{conditionalAccessPolicyId}", got "${id}"`,
    );
  }
  return id;
}

function failures(inputs: PropertyMap): CheckFailure[] {
  const conditions = child(inputs, "conditions") ?? {};
  const applications = child(conditions, "applications");
  const users = child(conditions, "users");
  const grantControls = child(inputs, "grantControls");
  return [
    ...(inputs["grantControls"] === undefined && inputs["sessionControls"] === undefined
      ? [missing("grantControls", "one of", ["grantControls", "sessionControls"])]
      : []),
    ...(applications && declared(applications, ["includedApplications", "includedUserActions"]) !== 1
      ? [
          missing("conditions.applications.includedApplications", "exactly one of", [
            "includedApplications",
            "includedUserActions",
          ]),
        ]
      : []),
    ...(users && declared(users, INCLUDED_USERS) === 0
      ? [missing("conditions.users.includedUsers", "one of", INCLUDED_USERS)]
      : []),
    ...(grantControls && declared(grantControls, CONTROLS) === 0
      ? [missing("grantControls.builtInControls", "one of", CONTROLS)]
      : []),
  ];
}

const INCLUDED_USERS = ["includedGroups", "includedGuestsOrExternalUsers", "includedRoles", "includedUsers"];
const CONTROLS = ["authenticationStrengthPolicyId", "builtInControls", "termsOfUses"];

function declared(block: PropertyMap, names: readonly string[]): number {
  return names.filter((name) => block[name] !== undefined).length;
}

function missing(property: string, how: string, names: readonly string[]): CheckFailure {
  return {
    property,
    reason: `Invalid combination of arguments: ${how} ${names.map((name) => JSON.stringify(name)).join(", ")} must be specified`,
  };
}
