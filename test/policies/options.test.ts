/** Options of every kind: what Pulumi is told of them, what a rule sees, and how a wrong one is refused. */
import assert from "node:assert/strict";
import {
  configSchema,
  configurationProblems,
  expectation,
  optionsReader,
  readOptions,
  withDefaults,
} from "../../policies/options";

const schemas = {
  days: { type: "integer", default: 5, minimum: 2, maximum: 9, description: "Days." },
  strict: { type: "boolean", default: false, description: "Strict." },
  from: { type: "string", format: "date-time", default: "2026-01-01T00:00:00Z", description: "From." },
  mode: { type: "string", enum: ["loud", "quiet"], default: "loud", description: "Mode." },
  names: { type: "array", items: { type: "string" }, default: ["one"], description: "Names." },
} as const;

const defaults = { days: 5, strict: false, from: "2026-01-01T00:00:00Z", mode: "loud", names: ["one"] };

describe("the options of a rule", () => {
  it("are told to Pulumi with type, limits and default, and no others are taken", () => {
    assert.deepEqual(configSchema(schemas), {
      properties: { options: { type: "object", additionalProperties: false, properties: schemas } },
    });
  });

  it("have their defaults where nothing is given, and no others", () => {
    assert.deepEqual(readOptions("rule", schemas, {}), defaults);
    assert.deepEqual(readOptions("rule", schemas, { options: {} }), defaults);
  });

  it("have what is given, at both ends of a range too", () => {
    const given = { days: 9, strict: true, from: "2026-06-30", mode: "quiet", names: [] };
    assert.deepEqual(readOptions("rule", schemas, { options: given }), given);
    assert.equal(readOptions("rule", schemas, { options: { days: 2 } }).days, 2);
  });

  const expected = {
    days: "an integer from 2 to 9",
    strict: "true or false",
    from: "a date and time as in 2026-01-31T00:00:00Z",
    mode: "one of loud, quiet",
    names: "a list of texts",
  } as const;
  const wrong: readonly (readonly [name: keyof typeof schemas, values: readonly unknown[]])[] = [
    ["days", [1, 10, 2.5, "5", true, null, [5], {}]],
    ["strict", ["true", 0, 1, null, [], {}]],
    ["from", ["tomorrow", "", 2026, true, null, ["2026-01-01T00:00:00Z"]]],
    ["mode", ["Loud", "", "lou", 1, null, ["loud"]]],
    ["names", ["one", 1, null, {}, [1], ["one", 1], [null]]],
  ];
  for (const [name, values] of wrong) {
    for (const value of values) {
      it(`refuse ${JSON.stringify(value)} for ${name}`, () => {
        assert.deepEqual(configurationProblems(schemas, { options: { [name]: value } }), [
          `"${name}" must be ${expected[name]}`,
        ]);
      });
    }
    it(`say in words what ${name} takes`, () => {
      assert.equal(expectation(schemas[name]), expected[name]);
    });
  }

  for (const options of [null, "days", 5, true, ["days"]]) {
    it(`are no options as ${JSON.stringify(options)}`, () => {
      assert.deepEqual(
        configurationProblems(schemas, { options }),
        options === null ? [] : ['"options" is not an object'],
      );
    });
  }

  it("are refused with all their problems in one sentence", () => {
    assert.throws(
      () => readOptions("rule", schemas, { days: 3, levle: "x", options: { days: 1, toString: 1, mod: 1 } }),
      {
        code: "POLICY_CONFIGURATION",
        message:
          'The configuration of rule "rule" is not usable: "days" stands in the wrong place; put it under "options"; ' +
          '"levle" is not a setting of a rule; there is "enforcementLevel", "options"; ' +
          '"days" must be an integer from 2 to 9; ' +
          '"toString" is not an option of this rule; there is "days", "strict", "from", "mode", "names"; ' +
          '"mod" is not an option of this rule; did you mean "mode"?',
      },
    );
  });

  it("can have other defaults, which are checked like anything given", () => {
    const changed = withDefaults("rule", schemas, { days: 7 });
    assert.deepEqual(changed, { ...schemas, days: { ...schemas.days, default: 7 } });
    assert.throws(() => withDefaults("rule", schemas, { days: 70 }), { code: "POLICY_CONFIGURATION" });
  });

  it("are read once for each configuration", () => {
    const read = optionsReader("rule", schemas);
    const [one, other] = [{ options: { days: 3 } }, { options: { days: 4 } }];
    assert.equal(read(one), read(one));
    assert.deepEqual([read(one).days, read(other).days, read({}).days], [3, 4, 5]);
    const unusable = { options: { days: 1 } };
    for (let time = 0; time < 2; time++)
      assert.throws(() => read(unusable), { code: "POLICY_CONFIGURATION" });
  });
});
