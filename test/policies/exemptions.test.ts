import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { stringify } from "yaml";
import { ExemptionLedger } from "../../policies/exemption-ledger";
import { readScope } from "../../policies/exemption-scope";
import { daysLeft, Exemption, readExemptions } from "../../policies/exemptions";
import { PolicyResource } from "@pulumi/policy";
import { inspect } from "../../policies/property";
import { Stack } from "../../policies/stack";
import { Finding } from "../../policies/verdict";
import { packDirectory } from "./harness/compiled-pack";

const now = new Date("2026-11-21T12:00:00Z");
const known = [{ id: "vault-network-deny" }, { id: "no-private-key-upload", exemptible: false as const }];
const urn = "urn:pulumi:dev::shop::azure-native:keyvault:Vault::billing";

const good: Readonly<Record<string, unknown>> = {
  id: "EX-1",
  rule: "vault-network-deny",
  scope: "urn:pulumi:*::shop::azure-native:keyvault:Vault::bill*",
  reason: "The build agents have no fixed address yet.",
  owner: "jo@example.org",
  approver: "kim@example.org",
  ticket: "SEC-101",
  expires: "2026-12-31",
};

function read(...entries: readonly unknown[]) {
  return readExemptions(stringify({ exemptions: entries }, { lineWidth: 0 }), "yaml", known, now);
}

function ledger(...entries: readonly unknown[]): ExemptionLedger {
  return new ExemptionLedger(read(...entries), () => now);
}

describe("an exemption", () => {
  it("that is right in every field has nothing to complain about", () => {
    const { exemptions, problems } = read(good);
    assert.deepEqual(problems, []);
    assert.deepEqual(
      exemptions.map(({ scope, ...rest }) => ({ ...rest, scope: scope.text })),
      [{ ...good, expires: Date.parse("2027-01-01T00:00:00Z"), isBreakGlass: false }],
    );
  });

  const complaints: Readonly<Record<string, readonly [change: Record<string, unknown>, complaint: string]>> =
    {
      "without a reason": [{ reason: undefined }, 'has no "reason"'],
      "with an empty ticket": [{ ticket: " " }, 'has no "ticket"'],
      "with a number as its owner": [{ owner: 7 }, 'has no "owner"'],
      "approved by its owner, written otherwise": [
        { approver: "Jo@Example.org" },
        "has been approved by its own owner",
      ],
      "with a misspelt field": [
        { expirs: "x" },
        'has a field nobody reads: "expirs" is not a field; did you mean "expires"?',
      ],
      "for a misspelt rule": [
        { rule: "vault-network-denied" },
        'is for a rule that does not exist (did you mean "vault-network-deny"?)',
      ],
      "for a rule unlike any other": [{ rule: "x" }, "is for a rule that does not exist"],
      "for a rule without exemptions": [
        { rule: "no-private-key-upload" },
        "is for no-private-key-upload, from which nothing can be exempted",
      ],
      "approved by its owner, with a letter that nobody sees": [
        { approver: "jo\u200b@example.org" },
        "has been approved by its own owner",
      ],
      "approved by its owner, in wide letters": [
        { approver: "\uff4a\uff4f@example.org" },
        "has been approved by its own owner",
      ],
      "for every resource": [
        { scope: "urn:pulumi:*::shop::*::*" },
        "has a scope that names no resource: beside stars its last part needs 3 characters",
      ],
      "for everything with two letters": [
        { scope: "urn:pulumi:*::shop::*::*k*v*" },
        "has a scope that names no resource: beside stars its last part needs 3 characters",
      ],
      "for no name": [
        { scope: "urn:pulumi:dev::shop::a:b:C::" },
        "has a scope that names no resource: beside stars its last part needs 3 characters",
      ],
      "for any type anywhere": [
        { scope: "urn:pulumi:dev::*::*::billing" },
        "has a scope for any type in any project: name the project, the type, or both",
      ],
      "for a name only": [
        { scope: "billing" },
        'has a scope that is neither an application id nor a URN such as "urn:pulumi:prod::shop::azuread:index/application:Application::legacy-*"',
      ],
      "that has expired yesterday": [
        { expires: "2026-11-20" },
        "has expired: mend what it exempts and remove it, or have it approved anew",
      ],
      "that expires this second": [
        { expires: "2026-11-21T12:00:00Z" },
        "has expired: mend what it exempts and remove it, or have it approved anew",
      ],
      "for 91 days": [{ expires: "2027-02-20" }, "ends in more than 90 days"],
      "for 90 days and a minute": [{ expires: "2027-02-19T12:01:00Z" }, "ends in more than 90 days"],
      "until a day that does not exist": [
        { expires: "2027-02-31" },
        'has an "expires" that is no date such as 2026-12-31',
      ],
      "until a time in no zone": [
        { expires: "2026-12-31T10:00" },
        'has an "expires" that is no date such as 2026-12-31',
      ],
      "that breaks glass for a week": [
        { breakGlass: true, expires: "2026-11-28" },
        "breaks glass for more than 72 hours",
      ],
      "that breaks glass in words": [
        { breakGlass: "perhaps" },
        'has a "breakGlass" that is neither true nor false',
      ],
    };
  for (const [title, [change, complaint]] of Object.entries(complaints)) {
    it(`${title} exempts nothing and is a problem`, () => {
      const { exemptions, problems } = read({ ...good, ...change });
      assert.deepEqual(exemptions, []);
      assert.deepEqual(problems, [
        { predicate: `exemption "EX-1", which ${complaint}${complaint.endsWith("?") ? "" : "."}` },
      ]);
    });
  }

  for (const expires of ["2026-11-21", "2027-02-19", "2027-02-19T12:00:00Z", "2026-11-21T13:00:01+01:00"]) {
    it(`may end ${expires}`, () => {
      assert.deepEqual(read({ ...good, expires }).problems, []);
    });
  }

  it("may break glass for three days", () => {
    assert.deepEqual(read({ ...good, breakGlass: true, expires: "2026-11-24T12:00:00Z" }).problems, []);
  });

  it("without an id is called by its number, and all its faults are named", () => {
    assert.deepEqual(
      read({}, "text").problems.map(({ predicate }) => predicate),
      [1, 2].flatMap((number) =>
        ["id", "rule", "scope", "reason", "owner", "approver", "ticket", "expires"].map(
          (field) => `exemption number ${number}, which has no "${field}".`,
        ),
      ),
    );
  });

  it("with the id of another one is a problem", () => {
    const { exemptions, problems } = read(good, { ...good, ticket: "SEC-102" });
    assert.equal(exemptions.length, 1);
    assert.deepEqual(problems, [{ predicate: 'exemption "EX-1", which has the id of another one.' }]);
  });

  it("in a file of another form is a problem", () => {
    const predicates = (text: string) =>
      readExemptions(text, "yaml", known, now).problems.map((each) => each.predicate);
    assert.deepEqual(predicates("- id: EX-1"), ['a file without a list under "exemptions".']);
    assert.deepEqual(predicates(""), ['a file without a list under "exemptions".']);
    assert.deepEqual(predicates("exemptions: []\nexemption: []"), [
      'a file in which "exemption" is not known; did you mean "exemptions"?',
    ]);
  });

  it("has the days left that have begun", () => {
    const [exemption] = read({ ...good, expires: "2026-11-21" }).exemptions;
    assert.equal(daysLeft(exemption as Exemption, now), 1);
    assert.equal(daysLeft(exemption as Exemption, new Date("2026-11-20T23:59:59Z")), 2);
  });
});

describe("the scope of an exemption", () => {
  const covers = (text: string, given: string): boolean => {
    const scope = readScope(text);
    assert.ok(typeof scope === "object");
    return scope.covers({ urn: given });
  };

  for (const [text, expected] of [
    ["urn:pulumi:dev::shop::azure-native:keyvault:Vault::billing", true],
    ["urn:pulumi:*::shop::*::bill*", true],
    ["urn:pulumi:*::sho*::*::*ill*ng", true],
    ["urn:pulumi:*::*::*:Vault::*ing", true],
    ["urn:pulumi:*::*::*:Vault::b*ng", true],
    ["urn:pulumi:dev::shop::azure-native:keyvault:Vault::bill", false],
    ["urn:pulumi:dev::shop::azure-native:keyvault:Vault::billing-eu", false],
    ["urn:pulumi:prod::shop::*::billing", false],
    ["urn:pulumi:*::shops::*::billing", false],
    ["urn:pulumi:*::shop::*::*l*l*l*", false],
  ] as const) {
    it(`${text} ${expected ? "covers" : "does not cover"} it`, () => {
      assert.equal(covers(text, urn), expected);
    });
  }

  it("does not let a star reach over the parts of a URN", () => {
    assert.equal(covers("urn:pulumi:dev*::shop::a::billing", "urn:pulumi:dev::shop::a::billing"), true);
    assert.equal(covers("urn:pulumi:dev*::a::b::billing", "urn:pulumi:dev::x::a::b::billing"), false);
  });

  it("takes stars as a regular expression would", () => {
    const letters = fc.string({ unit: fc.constantFrom("a", "b", "*"), maxLength: 8 });
    fc.assert(
      fc.property(letters, letters, (pattern, name) => {
        // The end keeps the pattern longer than the shortest one that is taken.
        const expression = new RegExp(`^${pattern.replaceAll("*", "[^]*")}ccc$`);
        const text = `${name.replaceAll("*", "")}ccc`;
        assert.equal(
          covers(`urn:pulumi:s::p::t::${pattern}ccc`, `urn:pulumi:s::p::t::${text}`),
          expression.test(text),
        );
      }),
      { numRuns: 2000 },
    );
  });

  it("names an application by an id of it", () => {
    const id = "11111111-2222-3333-4444-555555555555";
    const scope = readScope(id.toUpperCase());
    assert.ok(typeof scope === "object");
    const about = (props: object): boolean => scope.covers({ urn, properties: inspect(props) });
    assert.ok(about({ clientId: id }));
    assert.ok(about({ applicationId: `/applications/${id}` }));
    assert.ok(!about({ displayName: id }));
    assert.ok(!about({ clientId: `${id}0` }));
    assert.ok(!scope.covers({ urn: id }));
  });
});

describe("the ledger of exemptions", () => {
  const id = "11111111-2222-3333-4444-555555555555";
  const unknown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
  const stackOf = (props: object, at = urn): Stack =>
    new Stack([
      { urn: at, type: at.split("::")[2], name: "x", props, opts: {} } as unknown as PolicyResource,
    ]);
  const unusedIn = (of: ExemptionLedger, stack: Stack): string[] => of.unused(stack).map((each) => each.id);

  it("finds an exemption useless whose resource passes, or is not there", () => {
    const passing = ledger(good);
    passing.exempting("vault-network-deny", { urn }, () => undefined);
    assert.deepEqual(unusedIn(passing, stackOf({})), ["EX-1"]);
    assert.deepEqual(unusedIn(ledger(good), stackOf({}, `${urn.slice(0, -7)}other`)), ["EX-1"]);
    assert.deepEqual(unusedIn(ledger(good), stackOf({}, urn.replace("shop", "bakery"))), []);
    // Whether a credential in use has to go is for another judge: the pack never says that nothing needs it.
    assert.deepEqual(unusedIn(ledger({ ...good, rule: "credential-in-use" }), stackOf({})), []);
  });

  it("finds no exemption useless while its resource cannot be decided, and leaves the advice as it is", () => {
    const waiting = ledger(good);
    const advice: Finding = { message: "cannot be decided yet", enforcementLevel: "advisory" };
    assert.deepEqual(exempted(waiting, advice), [advice]);
    assert.deepEqual(unusedIn(waiting, stackOf({})), []);
  });

  it("finds no exemption of an application useless while the id of an application is not known", () => {
    const entry = { ...good, scope: id };
    assert.deepEqual(unusedIn(ledger(entry), stackOf({ applicationId: unknown })), []);
    assert.deepEqual(unusedIn(ledger(entry), stackOf({ applicationId: "another" })), ["EX-1"]);
  });

  const exempted = (
    of: ExemptionLedger,
    finding: Finding,
    rule = "vault-network-deny",
    at = urn,
  ): Finding[] => {
    const sent: Finding[] = [];
    of.exempting(rule, { urn: at }, (each) => sent.push(each))(finding);
    return sent;
  };

  it("turns a violation into advice that says by what, and for how long", () => {
    assert.deepEqual(exempted(ledger(good), { message: "Key vault is open." }), [
      {
        message: 'Key vault is open. Exempted by "EX-1" (SEC-101, owner jo@example.org), 41 days left.',
        enforcementLevel: "advisory",
      },
    ]);
  });

  it("leaves other rules, other resources, and crashes alone", () => {
    const finding = { message: "m" };
    assert.deepEqual(exempted(ledger(good), finding, "vault-purge-protection"), [finding]);
    assert.deepEqual(
      exempted(ledger(good), finding, "vault-network-deny", `${urn}s`.replace("bill", "sell")),
      [finding],
    );
    const crash = { message: "m", enforcementLevel: "mandatory" as const };
    assert.deepEqual(exempted(ledger(good), crash), [crash]);
  });

  it("ends an exemption in the middle of a run", () => {
    let time = now;
    const short = new ExemptionLedger(read({ ...good, expires: "2026-11-21T12:00:01Z" }), () => time);
    const sent: Finding[] = [];
    const send = short.exempting("vault-network-deny", { urn }, (each) => sent.push(each));
    send({ message: "one" });
    time = new Date(now.getTime() + 1000);
    send({ message: "two" });
    assert.deepEqual(
      sent.map(({ enforcementLevel }) => enforcementLevel),
      ["advisory", undefined],
    );
  });
});

describe("the published schema of exemptions", () => {
  const schema = JSON.parse(readFileSync(join(packDirectory, "exemptions.schema.json"), "utf8")) as {
    properties: {
      exemptions: { items: { required: string[]; properties: Record<string, { pattern?: string }> } };
    };
  };
  const { required, properties } = schema.properties.exemptions.items;

  it("has the fields that are read", () => {
    assert.deepEqual([...required].sort(), Object.keys(good).sort());
    assert.deepEqual(Object.keys(properties).sort(), [...Object.keys(good), "breakGlass"].sort());
  });

  it("has patterns that take what is taken", () => {
    const pattern = new RegExp(properties["expires"]?.pattern ?? "^$");
    for (const expires of ["2026-12-31", "2026-12-31T10:00Z", "2026-12-31T10:00:00+01:00"]) {
      assert.match(expires, pattern);
      assert.deepEqual(read({ ...good, expires }).problems, []);
    }
  });
});
