// One compiled rule that looks at nothing: what any pack costs.
const { PolicyPack } = require("@pulumi/policy");

new PolicyPack("empty", {
  policies: [
    {
      name: "empty",
      description: "Looks at nothing.",
      enforcementLevel: "mandatory",
      validateResource: () => undefined,
    },
  ],
});
