import { unknown } from "../harness/wire";
import { encrypted, testRule, undecided, violation } from "../rule-cases";
import { application, certificateCredential, certificateCredentialTokens, change } from "../samples";

const rule = "no-symmetric-application-key";
const found = violation(
  rule,
  'Certificate credential "billing-api" must not be a symmetric key; set "type" to AsymmetricX509Cert and upload a certificate.',
);
const credential = certificateCredential();
const changedTo = async (type: unknown) => change(await credential, "type", type);

testRule(rule, [
  { title: "accepts a certificate", resource: credential, expect: "passes" },
  ...certificateCredentialTokens.map((type) => ({
    title: `rejects a symmetric key in ${type}`,
    resource: changedTo("Symmetric").then((resource) => ({ ...resource, type })),
    expect: [found],
  })),
  {
    title: "rejects a symmetric key whose value is not known yet",
    resource: changedTo("Symmetric").then((resource) => ({
      ...resource,
      props: { ...resource.props, value: unknown.string },
    })),
    expect: [found],
  },
  { title: "rejects a symmetric key in another spelling", resource: changedTo("symmetric"), expect: [found] },
  {
    title: "leaves a missing type to the rule about the value",
    resource: changedTo(undefined),
    expect: "passes",
  },
  {
    title: "waits for a type that is decided in the update",
    resource: changedTo(unknown.string),
    expect: [undecided(rule, 'Certificate credential "billing-api"', "type")],
  },
  {
    title: "says so when the type is encrypted in stored state",
    resource: changedTo("[secret]"),
    expect: [undecided(rule, 'Certificate credential "billing-api"', "type", encrypted)],
  },
  { title: "leaves applications alone", resource: application, expect: "not applicable" },
]);
