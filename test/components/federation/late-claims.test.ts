import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { SecretFreeApplication } from "../../../components";
import type { FederatedTrust } from "../../../components/federation/credentials";
import { lateRefusal } from "../late-refusal";
import { Recorder } from "../recorder";

const ROLE = "arn:aws:iam::123456789012:role/billing";
const AWS = "https://0a1b.tokens.sts.global.api.aws";
const late = (value: string): pulumi.Output<string> => pulumi.output(value);
const declare = (caller: FederatedTrust): SecretFreeApplication =>
  new SecretFreeApplication("billing", {
    description: "Nightly billing",
    ownership: "none",
    federatedCredentials: { caller },
  });

describe("federation: claims of other resources", () => {
  it("are taken as they come where their builder would take them", async () => {
    const recorder = await Recorder.start();
    declare({ aws: { issuer: late(AWS), roleArn: late(ROLE) } });
    const credential = (await recorder.all()).find(({ name }) => name === "billing-federated-caller");
    assert.deepEqual(
      [credential?.inputs["issuer"], credential?.inputs["subject"], credential?.inputs["description"]],
      [AWS, ROLE, `AWS: ${ROLE}`],
    );
  });

  const wrong: readonly (readonly [string, FederatedTrust, readonly string[]])[] = [
    [
      "another issuer and a session of AWS",
      {
        aws: {
          issuer: late("https://evil.example"),
          roleArn: late("arn:aws:sts::123456789012:assumed-role/x/y"),
        },
      },
      [".aws.issuer invalid-name", ".aws.roleArn invalid-name"],
    ],
    [
      "roles with a wildcard",
      { aws: { issuer: AWS, roleArn: late(`${ROLE}/*`) } },
      [".aws.roleArn wildcard"],
    ],
    [
      "a cluster nobody reaches",
      {
        kubernetes: { issuer: late("https://kubernetes.default.svc"), namespace: "a", serviceAccount: "b" },
      },
      [".kubernetes.issuer invalid-text"],
    ],
    [
      "the address of a service account",
      { googleCloud: { uniqueId: late("billing@contoso") } },
      [".googleCloud.uniqueId invalid-id"],
    ],
    [
      "a managed identity by its name",
      { managedIdentity: { tenantId: late("contoso"), principalId: late("billing") } },
      [".managedIdentity.tenantId invalid-id", ".managedIdentity.principalId invalid-id"],
    ],
    [
      "an issuer without TLS",
      { issuer: late("http://oidc.example.com"), subject: "a" },
      [".issuer invalid-text"],
    ],
    [
      "Entra itself",
      { issuer: late("https://login.microsoftonline.com/x/v2.0"), subject: late("a") },
      [".issuer entra-issuer"],
    ],
    [
      "a subject without end",
      { issuer: "https://oidc.example.com", subject: late("s".repeat(601)) },
      [".subject too-long"],
    ],
    ["no subject", { issuer: "https://oidc.example.com", subject: late("") }, [".subject invalid-text"]],
  ];
  for (const [situation, caller, expected] of wrong) {
    it(`are refused as their builder would refuse them: ${situation}`, async () => {
      const { errors, registered } = await lateRefusal(() => declare(caller));
      assert.deepEqual(
        errors.map((error) =>
          [...error.matchAll(/^ {2}federatedCredentials\["caller"\](\S+) \[([\w-]+)\]$/gm)].map(
            ([, at, code]) => `${at ?? ""} ${code ?? ""}`,
          ),
        ),
        [expected],
      );
      assert.deepEqual(
        registered.filter(({ name }) => name.includes("-federated-")),
        [],
      );
    });
  }

  it("are refused where another credential of the application has them already", async () => {
    const issuer = "https://oidc.example.com/";
    const pods = (of: pulumi.Input<string>): FederatedTrust => ({
      kubernetes: { issuer: of, namespace: "jobs", serviceAccount: "nightly" },
    });
    const known = { issuer, subject: "system:serviceaccount:jobs:nightly" };
    for (const [first, second] of [
      [pods(late(issuer)), pods(late(issuer))],
      [known, pods(late(issuer))],
      [pods(late(issuer)), known],
    ] as const) {
      const { errors, registered } = await lateRefusal(
        () =>
          new SecretFreeApplication("billing", {
            description: "Nightly billing",
            ownership: "none",
            federatedCredentials: { first, second },
          }),
      );
      const wrong = isLate(second) ? "second" : "first";
      const other = wrong === "second" ? "first" : "second";
      const [error = ""] = errors;
      assert.equal(errors.length, 1);
      assert.ok(error.includes(`federatedCredentials["${wrong}"] [duplicate]`), error);
      assert.ok(error.includes(`the issuer and subject of federatedCredentials["${other}"]`), error);
      assert.deepEqual(
        registered.map(({ name }) => name).filter((name) => name.includes("-federated-")),
        [`billing-federated-${other}`],
      );
    }
  });
});

function isLate(trust: FederatedTrust): boolean {
  return "kubernetes" in trust;
}
