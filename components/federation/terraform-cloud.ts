/** Runs of HCP Terraform (Terraform Cloud) and Terraform Enterprise. */
import { checkOneOf } from "../problems";
import { checkIssuer, checkName, type Issuer } from "./claims";

const RUN_PHASES = ["plan", "apply"] as const;

/** One phase of the runs of one workspace: plan and apply sign in with different subjects. */
export interface TerraformRun {
  /** Name of the organization, as in its address. */
  readonly organization: string;
  /** Name of the project, for example "Default Project". */
  readonly project: string;
  /** Name of the workspace. */
  readonly workspace: string;
  /** "plan" or "apply". Plans of pull requests run unreviewed code: give them an application that can only read. */
  readonly runPhase: (typeof RUN_PHASES)[number];
  /**
   * Host of the service: "app.terraform.io", "app.eu.terraform.io", or an own Terraform Enterprise that Entra
   * reaches from the internet.
   * @default "app.terraform.io"
   */
  readonly host?: string;
}

/**
 * Source:
 * https://developer.hashicorp.com/terraform/cloud-docs/workspaces/dynamic-provider-credentials/azure-configuration
 */
export const terraformCloud: Issuer<TerraformRun> = {
  caller: "HCP Terraform",
  options: {
    organization: "checked",
    project: "checked",
    workspace: "checked",
    runPhase: "checked",
    host: "optional",
  },
  check(at, { organization, project, workspace, runPhase, host }, problems) {
    const remedy = "copy it from the address or the settings of the workspace";
    const word = "letters, digits, hyphens and underscores";
    problems.add(
      `${at}.organization`,
      checkName(organization, /^[\w-]{3,40}$/, { allowed: `3 to 40 ${word}`, remedy }),
    );
    problems.add(
      `${at}.project`,
      checkName(project, /^(?! )[\w -]{3,40}(?<! )$/, { allowed: `3 to 40 ${word}, and spaces`, remedy }),
    );
    problems.add(
      `${at}.workspace`,
      checkName(workspace, /^[\w-]{1,90}$/, { allowed: `1 to 90 ${word}`, remedy }),
    );
    problems.add(`${at}.runPhase`, checkOneOf(runPhase, RUN_PHASES));
    if (host === undefined) return;
    problems.add(
      `${at}.host`,
      checkName(host, HOST, { allowed: "a host name in lower case", remedy: 'write "app.terraform.io"' }) ??
        checkIssuer(`https://${host}`),
    );
  },
  claims: ({ organization, project, workspace, runPhase, host }) => ({
    issuer: `https://${host ?? "app.terraform.io"}`,
    subject: `organization:${organization}:project:${project}:workspace:${workspace}:run_phase:${runPhase}`,
  }),
};

const HOST = /^(?=.{4,253}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}$/;
