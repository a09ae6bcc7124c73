import { unknown } from "../harness/wire";
import { testRule, violation } from "../rule-cases";
import { application, change } from "../samples";

const rule = "no-inline-application-password";
const found = (block: string) =>
  violation(
    rule,
    `Application "billing-api" declares a client secret in "${block}"; use a federated credential or a certificate instead.`,
  );

const tokens = [
  "azuread:index/application:Application",
  "azuread:index:Application",
  "azure:ad/application:Application",
  "identities:tf:azuread_application",
];

testRule(rule, [
  { title: "accepts an application without a password block", resource: application, expect: "passes" },
  ...tokens.map((type) => ({
    title: `rejects a password block in ${type}`,
    resource: { ...change(application, "password", { displayName: "rbac" }), type },
    expect: [found("password")],
  })),
  {
    title: "rejects an empty block, for which a secret is issued as well",
    resource: change(application, "password", {}),
    expect: [found("password")],
  },
  {
    title: "rejects a list of blocks",
    resource: change(application, "passwords", [{ displayName: "rbac" }, { displayName: "ci" }]),
    expect: [found("passwords")],
  },
  {
    title: "reports both spellings",
    resource: change(change(application, "password", [{}]), "passwords", [{}]),
    expect: [found("password"), found("passwords")],
  },
  {
    title: "rejects a block that is not known yet",
    resource: change(application, "password", unknown.object),
    expect: [found("password")],
  },
  {
    title: "rejects a list that is not known yet",
    resource: change(application, "passwords", unknown.array),
    expect: [found("passwords")],
  },
  {
    title: "rejects a block whose content is not known yet",
    resource: change(application, "password", { displayName: unknown.string }),
    expect: [found("password")],
  },
  {
    title: "rejects a block that is encrypted in stored state",
    resource: change(application, "password", "[secret]"),
    expect: [found("password")],
  },
  { title: "accepts a block set to null", resource: change(application, "password", null), expect: "passes" },
  {
    title: "accepts an empty list of blocks",
    resource: change(application, "passwords", []),
    expect: "passes",
  },
  {
    title: "leaves application registrations alone, which have no such block",
    resource: { ...application, type: "azuread:index/applicationRegistration:ApplicationRegistration" },
    expect: "not applicable",
  },
  {
    title: "leaves users alone, whose passwords are another matter",
    resource: { type: "azuread:index/user:User", name: "admin", props: { password: "correct horse" } },
    expect: "not applicable",
  },
]);
