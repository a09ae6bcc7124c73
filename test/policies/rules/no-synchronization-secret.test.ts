import { ResourceInput, unknown } from "../harness/wire";
import { testRule, violation } from "../rule-cases";
import { application, change } from "../samples";

const rule = "no-synchronization-secret";
const found = (where: string, level?: "mandatory") =>
  violation(
    rule,
    `Synchronization secret "wiki" holds a token of another service${where}; connect the service by OAuth instead.`,
    level,
  );

const secret: ResourceInput = {
  type: "azuread:index/synchronizationSecret:SynchronizationSecret",
  name: "wiki",
  props: { servicePrincipalId: "/servicePrincipals/x", credentials: [{ key: "SecretToken", value: "x" }] },
};

testRule(rule, [
  { title: "advises about a token", resource: secret, expect: [found(' in "credentials"')] },
  {
    title: "refuses it in strict mode",
    resource: secret,
    level: "mandatory",
    expect: [found(' in "credentials"', "mandatory")],
  },
  {
    title: "advises about credentials that are not known yet",
    resource: change(secret, "credentials", unknown.array),
    expect: [found(' in "credentials"')],
  },
  {
    title: "advises about the resource by itself",
    resource: change(secret, "credentials", undefined),
    expect: [found("")],
  },
  {
    title: "advises about one inside a Terraform module",
    resource: { ...secret, type: "wiki:tf:azuread_synchronization_secret" },
    expect: [found(' in "credentials"')],
  },
  { title: "is not about applications", resource: application, expect: "not applicable" },
]);
