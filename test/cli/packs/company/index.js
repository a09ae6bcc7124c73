"use strict";
const { PolicyPack } = require("@pulumi/policy");

new PolicyPack("company", {
  policies: [
    {
      name: "company-prefix",
      description: "Names of applications begin with the company's.",
      enforcementLevel: "mandatory",
      validateResource: ({ type, props }, report) => {
        if (type === "azuread:index/application:Application" && !props.displayName.startsWith("contoso-"))
          report("begin it with contoso-");
      },
    },
  ],
});
