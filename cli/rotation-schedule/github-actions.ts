/** The workflow that rotates on GitHub. `pipelines/github/workflows/rotation.yml` is what the defaults make. */
import { daysOf } from "../../components/cron";
import { commandOf, type ScheduledRotation } from "./options";
import { scalar } from "./scalar";

/** Foreign actions, each pinned to the commit of a release; the other workflows of the package use the same. */
const ACTIONS = {
  checkout: "actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1",
  setupNode: "actions/setup-node@820762786026740c76f36085b0efc47a31fe5020 # v7.0.0",
  pulumi: "pulumi/actions@8e5e406f4007fca908480587cb9893c07090f58d # v7.0.0",
  azureLogin: "azure/login@f5d393ae46f8fde4be8b75f32e3fc50e654ad0ca # v3.0.1",
} as const;

const PACK = "node_modules/certlock/policies";

export function githubWorkflow(rotation: ScheduledRotation): string {
  const { stack, cron, environment, branch, workDir, evidence, alert } = rotation;
  const where = workDir === "." ? "" : ` --cwd ${workDir}`;
  const pack = workDir === "." ? PACK : `"$PWD/${PACK}"`;
  return `# Rotates certificates whose time has come: an ordinary "up", on a schedule. Copy to .github/workflows/.
# Written by: ${commandOf("github-actions", { ...rotation, cron: cron.text })}
# Change the command, not the file: the same command with --check says whether they still agree.
#
# Which certificates are due is a matter of the calendar alone (docs/rotation.md): a missed run is made up for by the
# next one. Weekly is often enough for periods of 60 days and an overlap of weeks. GitHub stops the schedule of a
# repository without activity after 60 days, and runs it on the default branch only; the alert of CredentialVault is
# what tells you then.
#
# The identity behind AZURE_DEPLOY_CLIENT_ID writes. Its federated credential has the subject
# repo:OWNER/NAME:environment:${environment}, so no other job can become it.${
    evidence
      ? `
# It may read AuditLog.Read.All: a certificate that somebody still signs in with is not removed.`
      : ""
  }
name: rotate certificates
on:
  workflow_dispatch:
  schedule:
    - cron: ${JSON.stringify(cron.text)}

permissions: {}

jobs:
  rotate:
    runs-on: ubuntu-24.04
    timeout-minutes: 60
    environment: ${scalar(environment)}
    # One run at a time writes a stack: the same group in deploy.yml. A run that has begun ends.
    concurrency:
      group: ${scalar(`pulumi-${stack.replaceAll("/", "-")}`)}
      cancel-in-progress: false
    permissions:
      contents: read
      id-token: write
    env:
      PULUMI_BACKEND_URL: azblob://state?storage_account=\${{ vars.STATE_STORAGE_ACCOUNT }}
      ARM_USE_OIDC: "true"
      ARM_CLIENT_ID: \${{ vars.AZURE_DEPLOY_CLIENT_ID }}
      ARM_TENANT_ID: \${{ vars.AZURE_TENANT_ID }}
      ARM_SUBSCRIPTION_ID: \${{ vars.AZURE_SUBSCRIPTION_ID }}
    steps:
      - uses: ${ACTIONS.checkout}
        with:
          persist-credentials: false
      - uses: ${ACTIONS.setupNode}
        with:
          node-version: 22
      - run: npm ci
      - uses: ${ACTIONS.pulumi}, installs the command only
      - uses: ${ACTIONS.azureLogin}
        with:
          client-id: \${{ vars.AZURE_DEPLOY_CLIENT_ID }}
          tenant-id: \${{ vars.AZURE_TENANT_ID }}
          subscription-id: \${{ vars.AZURE_SUBSCRIPTION_ID }}
${
  evidence
    ? `      # Stops before a certificate in use is removed, and for nothing else.
      - run: bash node_modules/certlock/pipelines/steps/evidence.sh
        env:
          CERTLOCK_STACK: ${scalar(stack)}
          CERTLOCK_WORK_DIR: ${scalar(workDir)}
          CERTLOCK_EVERY: ${scalar(daysOf(cron))}
`
    : ""
}      # The environment of this job should ask nobody: allow it for the branch ${branch} and nothing else.
      - run: pulumi up --stack ${stack}${where} --yes --non-interactive --policy-pack ${pack}
${alert ? alertJob(stack) : ""}`;
}

/** GitHub mails whoever last edited the schedule; an issue is seen by all. */
function alertJob(stack: string): string {
  return `
  # GitHub tells only who last edited the schedule, so an issue tells everybody, once until it is closed.
  alert:
    needs: rotate
    if: failure()
    runs-on: ubuntu-24.04
    timeout-minutes: 5
    concurrency:
      group: ${scalar(`rotation-alert-${stack.replaceAll("/", "-")}`)}
      cancel-in-progress: false
    permissions:
      issues: write
    steps:
      - run: |
          open=$(gh issue list --state open --limit 100 --json title --jq 'map(select(.title == env.TITLE)) | length')
          if [ "$open" = 0 ]; then gh issue create --title "$TITLE" --body "$RUN_URL"; fi
        env:
          GH_TOKEN: \${{ github.token }}
          GH_REPO: \${{ github.repository }}
          TITLE: ${scalar(`The rotation of ${stack} failed`)}
          RUN_URL: \${{ github.server_url }}/\${{ github.repository }}/actions/runs/\${{ github.run_id }}
`;
}
