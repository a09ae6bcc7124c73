/** A schedule of Pulumi Deployments, as the configuration asks for. */
import * as pulumi from "@pulumi/pulumi";
import { ScheduledUpdate } from "../../components/pulumi-deployments";

const id = "7e0a0000-0000-4000-8000-000000000001";
const update = new ScheduledUpdate("rotation", {
  organization: "contoso",
  project: "identities",
  stack: "prod",
  cron: new pulumi.Config("certlock-tenant").require("cron"),
  azure: { clientId: id, tenantId: id, subscriptionId: id },
  source: { repositoryUrl: "https://github.com/contoso/identities.git" },
});

export const scheduleId = update.scheduleId;
export const slackDays = update.slackDays;
