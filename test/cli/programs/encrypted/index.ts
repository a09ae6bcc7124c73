import * as azuread from "@pulumi/azuread";
import * as pulumi from "@pulumi/pulumi";

const config = new pulumi.Config();
const database = config.requireObject<{ host: string; password: string }>("database");

/** Not secret any more, so that what has become of it can be seen in the preview. */
const shown = <T>(value: pulumi.Input<T>) => pulumi.unsecret(pulumi.output(value));

new azuread.Application("reader", {
  displayName: "reader",
  description: shown(pulumi.interpolate`plain ${config.requireSecret("token")}`),
  notes: `Server=${database.host};Password=${database.password}`,
  tags: [config.require("token"), database.host],
});

new azuread.Application("typed", {
  displayName: "typed",
  description: shown(
    pulumi.interpolate`${config.requireSecretNumber("port")} ${config.requireSecretBoolean("isOpen")}`,
  ),
  notes: shown(config.requireSecretObject<{ name: string }>("whole").apply(({ name }) => name)),
  fallbackPublicClientEnabled: config.requireBoolean("isOpen"),
  tags: [String(config.requireNumber("port") > 0), config.requireObject<{ name: string }>("whole").name],
});
