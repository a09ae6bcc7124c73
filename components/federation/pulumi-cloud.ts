/** Pulumi Cloud: deployments of a stack, and environments of Pulumi ESC. */
import { checkOneOf, describeGiven, type Problems } from "../problems";
import { checkName, type Issuer } from "./claims";

const PULUMI_ISSUER = "https://api.pulumi.com/oidc";

const OPERATIONS = ["preview", "update", "refresh", "destroy"] as const;

/** One operation of Pulumi Deployments on one stack: each has a subject of its own. */
export interface PulumiDeployment {
  /** Name of the organization in Pulumi Cloud. */
  readonly organization: string;
  /** Name of the project. */
  readonly project: string;
  /** Name of the stack, without organization and project. */
  readonly stack: string;
  /** "preview", "update", "refresh" or "destroy". Previews of pull requests run unreviewed code. */
  readonly operation: (typeof OPERATIONS)[number];
}

/** Source: https://www.pulumi.com/docs/deployments/guides/oidc/azure/ */
export const pulumiDeployment: Issuer<PulumiDeployment> = {
  caller: "Pulumi Deployments",
  options: { organization: "checked", project: "checked", stack: "checked", operation: "checked" },
  check(at, { organization, project, stack, operation }, problems) {
    checkNames(at, { organization, project, stack }, problems);
    problems.add(`${at}.operation`, checkOneOf(operation, OPERATIONS));
  },
  claims: ({ organization, project, stack, operation }) => ({
    issuer: PULUMI_ISSUER,
    subject: `pulumi:deploy:org:${organization}:project:${project}:stack:${stack}:operation:${operation}:scope:write`,
    audience: organization,
  }),
};

const ATTRIBUTES = [
  "rootEnvironment.name",
  "currentEnvironment.name",
  "pulumi.user.login",
  "pulumi.organization.login",
] as const;

/** One attribute of `subjectAttributes` and the value it must have. */
export interface PulumiSubjectAttribute {
  readonly attribute: (typeof ATTRIBUTES)[number];
  /** For environments `project/environment`. */
  readonly value: string;
}

/** One environment of Pulumi ESC whose `azure-login` asks for a token. */
export interface PulumiEnvironment {
  /** Name of the organization in Pulumi Cloud. */
  readonly organization: string;
  /** Project of the environment. Environments of the project "default" are named without it in their tokens. */
  readonly project: string;
  /** Name of the environment, without organization and project. */
  readonly environment: string;
  /**
   * What `subjectAttributes` of the login lists, in the same order, with the values to trust. Needed where a stack
   * imports the environment: without it such tokens name no environment (pulumi/pulumi#14509).
   * @default - none: the token names organization, project and environment
   */
  readonly subjectAttributes?: readonly PulumiSubjectAttribute[];
}

/** Source: https://www.pulumi.com/docs/esc/guides/configuring-oidc/ and its page about Azure */
export const pulumiEnvironment: Issuer<PulumiEnvironment> = {
  caller: "Pulumi ESC",
  options: {
    organization: "checked",
    project: "checked",
    environment: "checked",
    subjectAttributes: "optional",
  },
  check(at, { organization, project, environment, subjectAttributes }, problems) {
    checkNames(at, { organization, project, environment }, problems);
    if (subjectAttributes !== undefined)
      checkAttributes(`${at}.subjectAttributes`, subjectAttributes, problems);
  },
  claims({ organization, project, environment, subjectAttributes }) {
    const isDefault = project === "default";
    const path = isDefault ? environment : `${project}/${environment}`;
    const attributes = (subjectAttributes ?? []).map(({ attribute, value }) => `:${attribute}:${value}`);
    return {
      issuer: PULUMI_ISSUER,
      subject:
        subjectAttributes === undefined
          ? `pulumi:environments:org:${organization}:env:${path}`
          : `pulumi:environments:pulumi.organization.login:${organization}${attributes.join("")}`,
      audience: isDefault ? organization : `azure:${organization}`,
    };
  },
};

/** https://www.pulumi.com/docs/iac/concepts/projects/project-file/ */
function checkNames(at: string, names: Readonly<Record<string, string>>, problems: Problems): void {
  for (const [option, given] of Object.entries(names)) {
    problems.add(
      `${at}.${option}`,
      checkName(given, /^[\w.-]{1,100}$/, {
        allowed: "1 to 100 letters, digits, hyphens, underscores and periods",
        remedy: "copy it from the address in Pulumi Cloud: app.pulumi.com/<organization>/<project>/<name>",
      }),
    );
  }
}

function checkAttributes(
  at: string,
  attributes: readonly PulumiSubjectAttribute[],
  problems: Problems,
): void {
  if (!Array.isArray(attributes) || attributes.length === 0) {
    problems.add(at, {
      code: Array.isArray(attributes) ? "missing" : "wrong-type",
      given: describeGiven(attributes),
      allowed: "at least one attribute: with none every environment of the organization would match",
      remedy: "name currentEnvironment.name, or leave subjectAttributes out",
    });
    return;
  }
  // From a configuration file anything may come.
  (attributes as readonly (Partial<PulumiSubjectAttribute> | null)[]).forEach((entry, index) => {
    const { attribute, value } = entry ?? {};
    problems.add(`${at}[${index}].attribute`, checkOneOf(attribute, ATTRIBUTES));
    problems.add(
      `${at}[${index}].value`,
      checkName(value, /^[\w.-]{1,100}(?:\/[\w.-]{1,100})?$/, {
        allowed: "the exact value: a login, or project/environment",
        remedy: "open the environment once and copy the value from its context",
      }),
    );
  });
}
