import * as azuread from "@pulumi/azuread";

new azuread.Application("before", { displayName: "before", description: "Made before the error." });
throw new Error("the list of applications is empty");
