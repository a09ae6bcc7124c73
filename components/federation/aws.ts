/** Roles of an AWS account that has outbound identity federation switched on. */
import type * as pulumi from "@pulumi/pulumi";
import { checkName, isKnown, type Issuer } from "./claims";

/**
 * Workloads that run as one IAM role. They ask for a token with `sts:GetWebIdentityToken`, signing algorithm RS256
 * (Entra takes no other) and the audience of this credential.
 */
export interface AwsRole {
  /** Issuer of the account: `aws iam get-outbound-web-identity-federation-info` prints it. */
  readonly issuer: pulumi.Input<string>;
  /** ARN of the role, `arn:aws:iam::<account>:role/<path and name>`: not that of an assumed-role session. */
  readonly roleArn: pulumi.Input<string>;
}

/**
 * Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers_outbound_getting_started.html.
 * The older way over Amazon Cognito is left out: its tokens are signed with RS512, which Entra does not promise to
 * take (https://learn.microsoft.com/entra/workload-id/workload-identity-federation-considerations).
 */
export const aws: Issuer<AwsRole> = {
  caller: "AWS",
  options: { issuer: "checked", roleArn: "checked" },
  check(at, { issuer, roleArn }, problems) {
    if (isKnown(issuer)) {
      problems.add(
        `${at}.issuer`,
        checkName(issuer, /^https:\/\/[a-z0-9-]{1,63}\.tokens\.sts\.global\.api\.aws$/, {
          allowed: "https://<id>.tokens.sts.global.api.aws, without a slash at the end",
          remedy: "run `aws iam get-outbound-web-identity-federation-info`",
        }),
      );
    }
    if (isKnown(roleArn)) {
      problems.add(
        `${at}.roleArn`,
        checkName(roleArn, /^arn:aws:iam::[0-9]{12}:role\/(?:[\x21-\x7e]{1,510}\/)?[\w+=,.@-]{1,64}$/, {
          allowed: "arn:aws:iam::<12 digits>:role/<path and name>",
          remedy:
            "run `aws iam get-role --role-name <name> --query Role.Arn`; users have long-lived keys, take a role",
        }),
      );
    }
  },
  claims: ({ issuer, roleArn }) => ({ issuer, subject: roleArn }),
};
