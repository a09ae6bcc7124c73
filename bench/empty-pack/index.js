// One compiled rule that looks at nothing: what any pack costs.
// eslint-disable-next-line @typescript-eslint/no-require-imports -- a pack is CommonJS
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
