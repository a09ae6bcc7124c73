/** Every application says how it signs in, before somebody adds a client secret to it by hand. */
import { nativeAutomation } from "../azure-types";
import { belongings, comesFrom, foundUnder, put } from "../belonging";
import {
  applicationOwner,
  applicationRegistration,
  fallbackPublicClient,
  federatedCredential,
  flexibleFederatedCredential,
  redirectUris,
  servicePrincipal,
} from "../entra-types";
import { application, certificateCredential, clientSecret } from "../resource-types";
import { defineStackRule } from "../rule";
import { StackResource } from "../stack";

const credentials = [certificateCredential, federatedCredential, flexibleFederatedCredential, clientSecret];

export const applicationCredentialDeclared = defineStackRule({
  id: "application-credential-declared",
  name: "Applications with a declared credential",
  description: "Every application in the stack has a certificate or a federated credential in the stack.",
  severity: "medium",
  // An application that only signs people in, or only offers an API, needs no credential.
  level: "advisory",
  framework: {
    name: "Microsoft Zero Trust Assessment",
    version: "2",
    reference: "21772",
    specification: "Applications don't have client secrets configured.",
  },
  tags: ["identity", "zta:21772", "maester:MT.1057"],
  remediationSteps: [
    "Add an ApplicationFederatedIdentityCredential, or an ApplicationCertificate where federation is not possible.",
    "For an application that signs in nothing, exempt it by name or declare what it is: a single-page or public client.",
  ],
  url: "https://learn.microsoft.com/entra/identity-platform/security-best-practices-for-app-registration",
  options: {},
  appliesTo: [application, applicationRegistration],
  checkStack(stack, report) {
    // A runbook that owns an application keeps its certificates, which no stack sees.
    const runbooks = stack
      .ofType(applicationOwner)
      .filter((owner) => comesFrom(owner, "ownerObjectId", nativeAutomation));
    const credentialsOf = belongings([...stack.ofType(...credentials), ...runbooks]);
    const principalsOf = byClientId(stack.ofType(servicePrincipal));
    const publicOf = belongings(stack.ofType(redirectUris, fallbackPublicClient).filter(isPublic));
    for (const each of stack.ofType(application, applicationRegistration)) {
      // Public clients keep no secret; a declared one is refused by the rules about secrets.
      const others = ["singlePageApplication", "publicClient", "password"];
      if (others.some((name) => each.properties.at(name).isPresent) || publicOf(each).length > 0) continue;
      if (each.properties.at("fallbackPublicClientEnabled").is(true)) continue;
      // A credential can also hang on the service principal of the application.
      if ([each, ...principalsOf(each)].some((object) => credentialsOf(object).length > 0)) continue;
      report
        .about(each)
        .violation("has no credential in this stack; add a federated credential or a certificate.");
    }
  },
});

/** A resource beside the registration that makes it a client in a browser or on a device. */
function isPublic({ properties }: StackResource): boolean {
  return (
    ["SPA", "PublicClient"].some((type) => properties.at("type").isText(type)) ||
    properties.at("enabled").is(true)
  );
}

function byClientId(
  principals: readonly StackResource[],
): (application: StackResource) => ReadonlySet<StackResource> {
  const byKey = new Map<string, Set<StackResource>>();
  for (const principal of principals) {
    const sources = principal.propertyDependencies.get("clientId") ?? [];
    const id = principal.properties.at("clientId").text ?? "";
    for (const key of [id, ...sources.map(({ urn }) => urn)]) put(byKey, key, principal);
  }
  return ({ urn, properties }) => foundUnder(byKey, [urn, properties.at("clientId").text ?? urn]);
}
