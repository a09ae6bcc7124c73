import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { SecretFreeApplication, type SecretFreeApplicationArgs } from "../../components";
import { type OptionNames, readEntries, readItems, readOptions } from "../../components/given-options";
import { type Problem, Problems } from "../../components/problems";
import { Recorder } from "./recorder";
import { refusal } from "./refusal";

interface Door {
  readonly colour?: string;
  readonly width: number;
  readonly key: string;
}
const DOOR: OptionNames<Door> = { colour: "optional", width: "required", key: "checked" };

function read(given: unknown): { found: string[]; value: unknown } {
  const problems = new Problems();
  const value = readOptions("door", given as Door, DOOR, problems);
  return { found: problems.found.map(({ at, code, remedy }) => `${at} ${code}: ${remedy}`), value };
}

describe("options of any type", () => {
  it("keep what has a value, and nothing else", () => {
    assert.deepEqual(read({ width: 0, key: "", colour: undefined }), {
      found: [],
      value: { width: 0, key: "" },
    });
  });

  it("name what was probably meant by a name that nobody reads, and never its value", () => {
    assert.deepEqual(read({ width: 1, key: "k", Colour: "CANARY", handle: "CANARY" }).found, [
      'door.Colour unknown-key: did you mean "colour"?',
      "door.handle unknown-key: remove it",
    ]);
  });

  it("are no place for null, and say where a value is needed", () => {
    assert.deepEqual(read({ colour: null, key: null }).found, [
      "door.colour missing: give it a value, or leave it out to have its default",
      "door.width missing: add it",
    ]);
  });

  it("have to be an object whose names are known now", () => {
    for (const given of [null, undefined, "open", 7, [], pulumi.output({ width: 1 }), Promise.resolve({})]) {
      const { found, value } = read(given);
      assert.deepEqual(found, ["door wrong-type: correct it, or leave it out"]);
      assert.equal(value, undefined);
    }
  });

  it("may be a resource, with all else that it has", () => {
    class Gate {
      readonly width = 2;
      readonly key = "k";
      readonly urn = "urn";
    }
    assert.deepEqual(read(new Gate()), { found: [], value: { width: 2, key: "k" } });
  });

  it("are read as lists and entries only where they are some", () => {
    const problems = new Problems();
    assert.deepEqual(readItems("list", ["a"], problems), ["a"]);
    assert.deepEqual(readEntries("entries", { a: 1 }, problems), [["a", 1]]);
    assert.deepEqual(problems.found, []);
    const [text, list] = ["a", ["a"]] as unknown as [string[], Record<string, string>];
    assert.deepEqual(
      [readItems("list", text, problems), readEntries("entries", list, problems)],
      [undefined, undefined],
    );
    const found: readonly Problem[] = problems.found;
    assert.deepEqual(
      found.map(({ at, code }) => `${at} ${code}`),
      ["list wrong-type", "entries wrong-type"],
    );
  });
});

describe("options of SecretFreeApplication", () => {
  const base: SecretFreeApplicationArgs = {
    description: "Nightly billing",
    owners: ["0a0e0000-0000-4000-8000-000000000001", "0a0e0000-0000-4000-8000-000000000002"],
  };
  const declare = (args: object): SecretFreeApplication =>
    new SecretFreeApplication("billing", { ...base, ...args });
  const vaultUri = "https://kv-billing.vault.azure.net/";

  const wrong: readonly (readonly [string, object, readonly string[]])[] = [
    [
      "misspelt, at every depth",
      {
        descriptoin: "",
        contact: { team: "t", repository: "https://example.com", ticket: "1", tickets: "2" },
        federatedCredentials: {
          production: {
            github: { repository: "contoso/platform", branch: "main", ownerID: 1 },
            audiences: "",
          },
        },
        certificate: {
          rotaton: {},
          Key: "vault",
          rotation: { periodDay: 10, changes: [{ from: "2027-03-01", withdrawn: true }] },
        },
      },
      [
        "descriptoin unknown-key",
        "contact.tickets unknown-key",
        'federatedCredentials["production"].audiences unknown-key',
        'federatedCredentials["production"].github.ownerID unknown-key',
        "certificate.Key unknown-key",
        "certificate.rotaton unknown-key",
        "certificate.rotation.periodDay unknown-key",
        "certificate.rotation.changes[0].withdrawn unknown-key",
      ],
    ],
    [
      "of another kind of key",
      { certificate: { key: "vault", vaultUri, issuer: {}, certificates: [] } },
      ["certificate.certificates unknown-key", "certificate.issuer unknown-key"],
    ],
    [
      "null, which is not their default",
      {
        displayName: null,
        contact: null,
        ownership: null,
        graphRoles: null,
        federatedCredentials: null,
        certificate: null,
        now: null,
      },
      ["displayName", "contact", "ownership", "graphRoles", "federatedCredentials", "certificate", "now"].map(
        (at) => `${at} missing`,
      ),
    ],
    [
      "null further down",
      { certificate: { key: "vault", vaultUri: null, rotation: null, pfx: null } },
      ["certificate.rotation missing", "certificate.pfx missing", "certificate.vaultUri missing"],
    ],
    [
      "of the wrong type",
      { owners: "alice", contact: "alice", graphRoles: {}, federatedCredentials: [], certificate: true },
      [
        "contact wrong-type",
        "owners wrong-type",
        "graphRoles wrong-type",
        "federatedCredentials wrong-type",
        "certificate wrong-type",
      ],
    ],
    [
      "entries without anything in them",
      {
        federatedCredentials: { none: null, text: "github" },
        certificate: { issuer: {}, rotation: { changes: [null] } },
      },
      [
        'federatedCredentials["none"] wrong-type',
        'federatedCredentials["text"] wrong-type',
        "certificate.issuer.certificatePem missing",
        "certificate.issuer.privateKeyPem missing",
        "certificate.rotation.changes[0] wrong-type",
      ],
    ],
  ];
  for (const [situation, args, expected] of wrong) {
    it(`are refused: ${situation}`, async () => {
      assert.deepEqual(sorted(await refusal(() => declare(args))), sorted(expected));
    });
  }

  it("are refused where there are none at all", async () => {
    const none = null as unknown as SecretFreeApplicationArgs;
    assert.deepEqual(await refusal(() => new SecretFreeApplication("billing", none)), [
      "arguments wrong-type",
    ]);
  });

  it("name an owner in whatever case, and Entra's own lower case is what is declared", async () => {
    const recorder = await Recorder.start();
    const owners = ["0A0E0000-0000-4000-8000-00000000000A", "0a0e0000-0000-4000-8000-00000000000b"];
    declare({ owners });
    const declared = (await recorder.all()).filter(({ name }) => name.includes("-owner-"));
    assert.deepEqual(
      declared.map(({ name, inputs }) => [name, inputs["ownerObjectId"]]),
      owners.map((id) => [`billing-owner-${id.toLowerCase()}`, id.toLowerCase()]),
    );
  });
});

const sorted = (list: readonly string[]): string[] => [...list].sort();
