/** Another stack that wants to exempt an application which has a policy already. */
import * as pulumi from "@pulumi/pulumi";
import { AppManagementPolicy } from "../../components";

const config = new pulumi.Config("certlock-tenant");

new AppManagementPolicy("second", {
  displayName: "Second exemption",
  description: "Somebody else's reason. Ticket OPS-1.",
  owner: "Operations",
  restrictions: { passwordCredentials: [{ restrictionType: "passwordAddition", state: "disabled" }] },
  appliesTo: [config.require("target")],
  expires: config.require("expires"),
});
