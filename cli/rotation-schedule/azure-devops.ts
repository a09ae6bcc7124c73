/** The pipeline that rotates on Azure DevOps. `pipelines/azure-devops/rotation.yml` is what the defaults make. */
import { daysOf } from "../../components/cron";
import { commandOf, type ScheduledRotation } from "./options";
import { scalar } from "./scalar";

export function azurePipeline(rotation: ScheduledRotation): string {
  const { stack, cron, environment, branch, workDir, serviceConnection, evidence } = rotation;
  return `# Rotates certificates whose time has come: an ordinary "up", on a schedule. Copy to .azuredevops/ with deploy.yml, and
# make a pipeline of it. Whether it is late, "certlock rotation plan" says.
# Written by: ${commandOf("azure-devops", { ...rotation, cron: cron.text })}
# Change the command, not the file: the same command with --check says whether they still agree.
#
# A schedule set in the pipeline's settings takes the place of this one. Times are those of UTC.
trigger: none
pr: none

schedules:
  - cron: ${JSON.stringify(cron.text)}
    displayName: Rotate certificates whose time has come
    branches:
      include: [${scalar(branch)}]
    # The calendar decides what is due, not the repository: run without changes as well.
    always: true

# Runs wait for each other at the exclusive lock of the environment, each in its turn.
lockBehavior: sequential

variables:
  - name: backendUrl
    value: azblob://state?storage_account=contosostate
  - name: subscriptionId
    value: 00000000-0000-4000-8000-000000000000

stages:
  - stage: rotate
    lockBehavior: sequential
    jobs:
      - template: deploy.yml
        parameters:
          name: rotate
          stack: ${scalar(stack)}
          # Asks nobody, and has the same exclusive lock as the one for deployments.
          environment: ${scalar(environment)}
          serviceConnection: ${scalar(serviceConnection)}
          subscriptionId: $(subscriptionId)
          backendUrl: $(backendUrl)
          workDir: ${scalar(workDir)}
${
  evidence
    ? `          # Stops before a certificate in use is removed; the connection may read AuditLog.Read.All for it.
          evidence: ${scalar(daysOf(cron))}
`
    : ""
}`;
}
