import * as azuread from "@pulumi/azuread";
import * as pulumi from "@pulumi/pulumi";

const config = new pulumi.Config();
const database = config.requireObject<{ host: string; password: string }>("database");

/** What a program gets shows in what it makes of it; a known value stands in the description as it is. */
new azuread.Application("reader", {
  displayName: "reader",
  description: pulumi.interpolate`plain ${config.requireSecret("token")}`,
  notes: `Server=${database.host};Password=${database.password}`,
  tags: [config.require("token"), database.host],
});

new azuread.Application("typed", {
  displayName: "typed",
  description: pulumi.interpolate`${config.requireSecretNumber("port")} ${config.requireSecretBoolean("isOpen")}`,
  notes: config.requireSecretObject<{ name: string }>("whole").apply(({ name }) => name),
  fallbackPublicClientEnabled: config.requireBoolean("isOpen"),
  tags: [String(config.requireNumber("port") > 0), config.requireObject<{ name: string }>("whole").name],
});
