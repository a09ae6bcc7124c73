import assert from "node:assert/strict";
import fc from "fast-check";
import { checkSource, claimsOf, type FederationSource } from "../../../components/federation/sources";
import { Problems } from "../../../components/problems";

/** A source made of texts, and how its issuer would take the subject apart again. */
interface Case {
  readonly source: (...names: readonly string[]) => object;
  readonly names: number;
  readonly parse: RegExp;
}

const ID = "23609cc8-ca30-4d7d-a018-0a285693d227";

// Greedy in the wrong places on purpose: a part that swallowed a separator would come back longer than it went in.
const cases: Readonly<Record<string, Case>> = {
  "a GitHub branch": {
    source: (repository, branch) => ({ github: { repository, branch } }),
    names: 2,
    parse: /^repo:([^:]*):ref:refs\/heads\/([^:]*)$/u,
  },
  "a GitLab branch": {
    source: (project, branch) => ({ gitlab: { project, branch } }),
    names: 2,
    parse: /^project_path:([^:]*):ref_type:branch:ref:([^:]*)$/u,
  },
  "a Terraform run": {
    source: (organization, project, workspace) => ({
      terraformCloud: { organization, project, workspace, runPhase: "plan" },
    }),
    names: 3,
    parse: /^organization:([^:]*):project:([^:]*):workspace:([^:]*):run_phase:plan$/u,
  },
  "a Pulumi deployment": {
    source: (organization, project, stack) => ({
      pulumiDeployment: { organization, project, stack, operation: "update" },
    }),
    names: 3,
    parse: /^pulumi:deploy:org:([^:]*):project:([^:]*):stack:([^:]*):operation:update:scope:write$/u,
  },
  "a Pulumi environment": {
    source: (organization, project, environment) => ({
      pulumiEnvironment: { organization, project, environment },
    }),
    names: 3,
    parse: /^pulumi:environments:org:([^:]*):env:([^:/]*)\/([^:/]*)$/u,
  },
  "a service account of a cluster": {
    source: (namespace, serviceAccount) => ({
      kubernetes: { issuer: "https://oidc.example.com/", namespace, serviceAccount },
    }),
    names: 2,
    parse: /^system:serviceaccount:([^:]*):([^:]*)$/u,
  },
  "an old connection of Azure DevOps": {
    source: (organization, project, connection) => ({
      azureDevOps: { organizationId: ID, organization, project, connection },
    }),
    names: 3,
    parse: /^sc:\/\/([^/]*)\/([^/]*)\/([^/]*)$/u,
  },
};

/** Texts that mean something to an issuer, to Entra, to a terminal, or to a regular expression. */
const spice = [
  ":",
  "/",
  "*",
  "?",
  "%3A",
  "\n",
  "\r\n",
  "\0",
  "\u202e",
  "\u2028",
  "\ud800",
  "é",
  "..",
  " ",
  "@",
  "a",
  "main",
  "refs/heads/",
];
const hostile = fc.oneof(
  fc.array(fc.constantFrom(...spice), { maxLength: 6 }).map((parts) => parts.join("")),
  fc.string({ unit: "binary", maxLength: 40 }),
  fc.constantFrom("contoso", "contoso/platform", "Default Project", "a".repeat(700)),
  fc.stringMatching(/^[a-z][a-z0-9-]{1,20}$/),
);

describe("federation: names from outside", () => {
  for (const [situation, { source, names, parse }] of Object.entries(cases)) {
    it(`takes ${situation} apart into the very names it was made of, or refuses them`, () => {
      let accepted = 0;
      fc.assert(
        fc.property(fc.array(hostile, { minLength: names, maxLength: names }), (given) => {
          const subject = subjectOf(source(...given));
          if (subject === undefined) return;
          accepted++;
          assert.deepEqual(parse.exec(subject)?.slice(1), given);
          assert.doesNotMatch(subject, /[*?\p{C}\p{Zl}\p{Zp}]/u);
        }),
        { numRuns: 2000 },
      );
      // A check that refuses everything would pass the property.
      assert.ok(accepted > 0, "nothing was accepted");
    });
  }

  it("never tells two pairs of repository and branch apart less well than Git does", () => {
    const name = fc.stringMatching(/^[a-z0-9][a-z0-9._-]{0,10}$/);
    const pair = fc.tuple(name, name, name).map(([owner, repository, branch]) => ({
      github: { repository: `${owner}/${repository}`, branch },
    }));
    fc.assert(
      fc.property(pair, pair, (left, right) => {
        const [first, second] = [subjectOf(left), subjectOf(right)];
        if (first === undefined || second === undefined) return;
        assert.equal(first === second, JSON.stringify(left) === JSON.stringify(right));
      }),
    );
  });

  it("reports anything at all in place of options without failing itself", () => {
    const kinds = ["aws", "azureDevOps", "github", "gitlab", "googleCloud", "kubernetes", "managedIdentity"];
    const more = ["pulumiDeployment", "pulumiEnvironment", "terraformCloud"];
    fc.assert(
      fc.property(fc.constantFrom(...kinds, ...more), fc.anything(), (kind, value) => {
        assert.equal(subjectOf({ [kind]: value }), undefined);
      }),
      { numRuns: 1000 },
    );
  });
});

/** The subject, or undefined where the source is refused. */
function subjectOf(given: object): string | undefined {
  const problems = new Problems();
  const source = given as FederationSource;
  checkSource("", source, "public", problems);
  if (problems.found.length > 0) return undefined;
  return claimsOf(source, "public").subject as string;
}
