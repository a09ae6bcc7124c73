import type { Sandbox } from "../../../sandbox";
import type { GitHubJob } from "../../../sandbox/issuer/open-id-issuers";
import type { Environment } from "../../../cli/engine/places";
import { run, type Finished } from "../../../cli/engine/process";
import { call, createApplication, createServicePrincipal } from "../tenant-fixture";

export const KEY_VAULT_ADMINISTRATOR = "00482a5a-887f-4fb3-b363-3b7fe8e74483";

/**
 * What a client in a process of its own is told: the sandbox's environment, its CA under the names TLS libraries read, and the tunnel as
 * proxy for every host. No host is exempt: `localhost` in NO_PROXY would take the vaults' names out of the tunnel.
 */
export function clientEnvironment(sandbox: Sandbox, more: Record<string, string> = {}): Environment {
  const environment = sandbox.environment();
  const { NODE_EXTRA_CA_CERTS: ca = "" } = environment;
  return {
    PATH: process.env["PATH"],
    HOME: process.env["HOME"],
    ...environment,
    RESOURCE_MANAGER: sandbox.resourceManagerUrl,
    REQUESTS_CA_BUNDLE: ca,
    SSL_CERT_FILE: ca,
    HTTPS_PROXY: sandbox.tunnelUrl,
    https_proxy: sandbox.tunnelUrl,
    ...more,
  };
}

/** Runs a client to its end. @throws with its own words when it fails */
export async function runClient(
  command: string,
  args: readonly string[],
  environment: Environment,
  timeoutMs = 120_000,
): Promise<string> {
  const finished: Finished = await run(command, args, { environment, timeoutMs });
  if (finished.code !== 0) throw new Error(`exit ${finished.code}: ${finished.stderr.slice(-4000)}`);
  return finished.stdout;
}

/** An application that trusts a job of GitHub Actions, and what the job's environment has. */
export function gitHubJob({ tenant, issuers }: Sandbox, job: GitHubJob): Record<string, string> {
  const application = createApplication(tenant, `job of ${job.repository}`);
  createServicePrincipal(tenant, application.appId);
  const { status } = call(tenant, "POST", `/applications/${application.id}/federatedIdentityCredentials`, {
    name: "job",
    issuer: "https://token.actions.githubusercontent.com",
    subject: `repo:${job.repository}:environment:${job.environment ?? ""}`,
    audiences: ["api://AzureADTokenExchange"],
  });
  if (status !== 201) throw new Error(`the credential was answered ${status}`);
  return { JOB_CLIENT_ID: application.appId, ...issuers.gitHubActions(job) };
}
