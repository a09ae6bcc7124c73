/** The documents sent to GitHub's GraphQL door, by the schema GitHub publishes. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { buildSchema, Kind, parse, validate } from "graphql";
import { gitHubRun, ours } from "./github-fixture";

/** Its package can only be imported by ECMAScript modules; of it the one file is needed. */
const SCHEMA = resolve(__dirname, "../../../node_modules/@octokit/graphql-schema/schema.graphql");

describe("what GitHub is asked in GraphQL", function () {
  this.timeout(60_000);
  const github = gitHubRun();

  it("is valid by GitHub's schema, with the variables it declares", async () => {
    github.repository.comment(ours());
    await github.post({}, "hide-previous");
    const sent = github.server.received
      .filter(({ path }) => path.endsWith("/graphql"))
      .map(({ body }) => JSON.parse(body) as { query: string; variables: Record<string, unknown> });
    // GitHub itself defines a field or two twice.
    const published = buildSchema(readFileSync(SCHEMA, "utf8"), { assumeValidSDL: true });
    for (const { query, variables } of sent) {
      const document = parse(query);
      assert.deepEqual(
        validate(published, document).map(({ message }) => message),
        [],
      );
      const declared = document.definitions.flatMap((definition) =>
        definition.kind === Kind.OPERATION_DEFINITION
          ? (definition.variableDefinitions ?? []).map(({ variable }) => variable.name.value)
          : [],
      );
      assert.deepEqual(Object.keys(variables), declared);
    }
    assert.deepEqual(sent.map(({ query }) => /viewer|minimizeComment/.exec(query)?.[0]).sort(), [
      "minimizeComment",
      "viewer",
    ]);
    // A schema that lets everything through would prove nothing.
    assert.equal(validate(published, parse("query { viewer { name_of_nothing } }")).length, 1);
  });
});
