import * as azuread from "@pulumi/azuread";

for (let number = 0; number < 150; number++) {
  new azuread.Application(`application-${number}`, {
    displayName: `application-${number}`,
    description: "One of many.",
    owners: ["0a0e0000-0000-4000-8000-000000000001", "0a0e0000-0000-4000-8000-000000000002"],
  });
}
