import * as azuread from "@pulumi/azuread";

export function legacy(): azuread.Application {
  const application = new azuread.Application("legacy", { displayName: "legacy" });
  new azuread.ApplicationPassword("legacy-secret", { applicationId: application.id });
  return application;
}
