/** A client secret "for the weekly job" beside a certificate, another inside an application, and a vault to pass it on. */
import * as keyvault from "@pulumi/azure-native/keyvault";
import * as azuread from "@pulumi/azuread";
import { SecretFreeApplication } from "../../../components";
import { owners, type StepProgram } from "./stack";

export const program: StepProgram = (step, now) => {
  const payroll = new SecretFreeApplication("payroll-sync", {
    description: "Keeps payroll and directory in step. HR platform team.",
    owners,
    now,
    certificate: { rotation: { epoch: "2026-01-01" } },
  });
  if (step === "before") return;
  const secret = new azuread.ApplicationPassword("payroll-sync-weekly", {
    applicationId: payroll.applicationId,
    displayName: "weekly job",
  });
  new azuread.Application("payroll-legacy", {
    displayName: "payroll-legacy",
    owners,
    password: { displayName: "legacy job" },
  });
  new keyvault.Secret("payroll-sync-weekly", {
    vaultName: "kv-shared",
    resourceGroupName: "rg-identities",
    secretName: "payroll-sync-client-secret",
    properties: { value: secret.value },
  });
};
