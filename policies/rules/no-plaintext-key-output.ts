/** Private keys stay where keys are kept: no stack output and no readable resource repeats one. */
import { leavesOf } from "../flow";
import { holdsPrivateKey, namesPrivateKey, plainPlaces } from "../plaintext";
import { privateKey } from "../resource-types";
import { defineStackRule, Report } from "../rule";
import { stackOutputs } from "../secret-sinks";
import { StackResource } from "../stack";

const remedy = "hand it over by a key vault, and output the address of the secret.";

export const noPlaintextKeyOutput = defineStackRule({
  id: "no-plaintext-key-output",
  name: "No private keys in outputs",
  description: "No stack output, and no resource that is made for many readers, holds a private key.",
  severity: "critical",
  level: "mandatory",
  framework: {
    name: "Microsoft cloud security benchmark",
    version: "1",
    reference: "IM-8",
    specification: "Restrict the exposure of credential and secrets.",
  },
  tags: ["key-material", "output", "mcsb:IM-8"],
  remediationSteps: [
    "Remove the output; nothing has to read a private key from a stack.",
    "Store the key in a key vault and output the address of that secret.",
    "If the output has been deployed, treat the key as leaked: issue a new key and certificate.",
  ],
  url: "https://www.pulumi.com/docs/iac/concepts/secrets/",
  options: {},
  appliesTo: [stackOutputs, ...plainPlaces],
  checkStack(stack, report) {
    for (const root of stack.ofType(stackOutputs)) checkOutputs(root, report);
    for (const place of stack.ofType(...plainPlaces)) checkPlace(place, report.about(place));
  },
});

/** What is encrypted in the state comes here in clear: whether an output is a secret one is not to be seen. */
function checkOutputs(root: StackResource, report: Report): void {
  for (const output of leavesOf(root.properties)) {
    if (holdsPrivateKey(output.text ?? ""))
      report.violation(`has a private key in output "${output.path}"; ${remedy}`);
    else if (output.isUndecided && namesPrivateKey(output.path))
      report.violation(`has by its name a private key in output "${output.path}"; ${remedy}`);
  }
}

function checkPlace({ properties, propertyDependencies }: StackResource, report: Report): void {
  if (["isEncrypted", "encrypted"].some((name) => properties.at(name).is(true))) return;
  for (const top of properties.members()) {
    const isFedByKey = propertyDependencies.get(top.path)?.some((source) => source.is(privateKey)) ?? false;
    for (const leaf of leavesOf(top)) {
      if (holdsPrivateKey(leaf.text ?? ""))
        report.violation(`holds a private key in "${leaf.path}"; ${remedy}`);
      // It may also be the public half that is passed on.
      else if (leaf.isUndecided && isFedByKey) report.undecided(leaf);
    }
  }
}
