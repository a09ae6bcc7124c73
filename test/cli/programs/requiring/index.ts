import * as azuread from "@pulumi/azuread";
import * as pulumi from "@pulumi/pulumi";

const config = new pulumi.Config();
new azuread.Application("required", {
  displayName: `required-${config.require("region")}`,
  description: config.get("description") ?? `Of the ${config.require("team")} team.`,
});
