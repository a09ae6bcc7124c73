import * as azuread from "@pulumi/azuread";

const names = ["ARM_CLIENT_SECRET", "AZURE_TENANT_ID", "DEPLOY_TOKEN", "HARMLESS", "WANTED_TOKEN", "HIDDEN"];
for (const name of names) {
  if (process.env[name] === undefined) continue;
  new azuread.Application(`sees-${name}`, { displayName: name, description: "A variable that is there." });
}
