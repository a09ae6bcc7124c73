import assert from "node:assert/strict";
import fc from "fast-check";
import { parse, stringify } from "yaml";
import { parseDocument } from "../../policies/document";

describe("reading a document", () => {
  it("reads what people write, as YAML does", () => {
    const text = `---
# Reviewed every month.
exemptions:
  - id: EX-1 # the oldest
    rule: vault-network-deny
    reason: >-
      The build agents have
      no fixed address yet.
    'scope': "urn:pulumi:dev::shop::a:b:C::d#e" # quoted
    note: >-
      # of the form  
      "a: b"
  # not of the text
    owner: 'jo''s team'
    count: -12.5
    done: false
    expires: 2026-12-31
    nothing:
    tilde: ~
  -
    id: EX-2
list:
- plain text, with a comma
- - nested
  - deeper
- key: value
  other: []
empty: {}
`;
    assert.deepEqual(parseDocument(text, "yaml"), parse(text));
  });

  for (const text of ["", "\n\n", "# only a comment\n", "---\n"]) {
    it(`reads ${JSON.stringify(text)} as nothing`, () => {
      assert.equal(parseDocument(text, "yaml"), null);
    });
  }

  it("keeps names that mean something to JavaScript as names", () => {
    const read = parseDocument("__proto__: 1\nconstructor: 2\n", "yaml") as object;
    assert.deepEqual(Object.getOwnPropertyNames(read), ["__proto__", "constructor"]);
  });

  it("reads JSON with Windows line ends and a byte order mark as YAML with them", () => {
    assert.deepEqual(parseDocument('{"a": [1]}', "json"), { a: [1] });
    assert.deepEqual(parseDocument("\uFEFFa: 1\r\nb: 2\r\n", "yaml"), { a: 1, b: 2 });
  });

  const refusals: Readonly<Record<string, readonly [text: string, message: RegExp]>> = {
    "a tab in the indentation": ["a:\n\tb: 1", /line 2: indentation has to be spaces/],
    "a tab behind the dash of a list": ["- \ta: 1", /line 1: indentation has to be spaces/],
    "a name that stands twice": ["a: 1\na: 2", /line 2: the same name stands twice/],
    "a line end of old": ["a: 1\rb: 2", /line 1: no other blanks than spaces and tabs/],
    "a blank that only looks like one": ["a: 1\nb:\u00a02", /line 2: no other blanks than spaces and tabs/],
    "a list where a name is expected": ["a: 1\n- b", /line 2: the indentation fits nothing above/],
    "a line without a name": ["a: 1\nsecret", /line 2: a name and a colon are expected/],
    "indentation out of nowhere": ["a: 1\n  b: 2", /line 2: the indentation fits nothing above/],
    "an anchor": ["a: &b 1", /line 1: this text has to be quoted/],
    "an alias": ["a: *b", /line 1: this text has to be quoted/],
    "a tag": ["a: !!js/function x", /line 1: this text has to be quoted/],
    "a flow list": ["a: [1, 2]", /line 1: this text has to be quoted/],
    "a flow object": ["a: {b: 1}", /line 1: this text has to be quoted/],
    "a colon inside": ["a: b: c", /line 1: this text has to be quoted/],
    "literal text": ["a: |\n  b", /line 1: this text has to be quoted/],
    "long text that keeps its line ends": [
      "a: >\n  b",
      /line 1: of the forms for long text only ">-" is allowed/,
    ],
    "long text with a gap": [
      "a: >-\n  b\n\n  c",
      /line 4: long text has to be lines of the same indentation/,
    ],
    "long text with a gap before a number sign": [
      "a: >-\n  b\n\n  # c",
      /line 4: long text has to be lines of the same indentation/,
    ],
    "long text with blanks in its indentation": [
      "a: >-\n  b\n   \n",
      /line 3: long text has to be lines of the same indentation/,
    ],
    "a second document": ["a: 1\n---\nb: 2", /line 2: only one document/],
    "a directive": ["%YAML 1.1\na: 1", /line 1: only one document/],
    "a word that was a boolean once": ["a: yes", /line 1: this word or number can be read in two ways/],
    "a number that was octal once": ["a: 010", /line 1: this word or number can be read in two ways/],
    "a quotation mark that is not closed": ['a: "b', /line 1: a quotation mark is not closed/],
    "text behind a quotation": ['a: "b" c', /line 1: something follows a quoted text/],
    "an escape JSON does not know": ['a: "\\x41"', /line 1: a quoted text has an escape/],
    "nesting without end": [
      Array.from({ length: 20 }, (_, depth) => `${" ".repeat(depth)}a:`).join("\n"),
      /nothing may be nested deeper than 8 levels/,
    ],
    "text beyond all measure": ["#".repeat(300_000), /is longer than 262144 characters/],
  };
  for (const [title, [text, message]] of Object.entries(refusals)) {
    it(`refuses ${title}`, () => {
      assert.throws(() => parseDocument(text, "yaml"), { code: "DOCUMENT_UNREADABLE", message });
    });
  }

  for (const text of [
    '{"profile": "alz", "profile": "default"}',
    '{"exemptions": [], "\\u0065xemptions": []}',
    '{"exemptions": [{"id": "A", "owner": "}{", "id" : "B"}]}',
  ]) {
    it(`refuses a name that stands twice in one object of JSON: ${text}`, () => {
      assert.throws(() => parseDocument(text, "json"), {
        code: "DOCUMENT_UNREADABLE",
        message: "has the same name twice in one object",
      });
    });
  }

  it("takes the same name in several objects of JSON, and in texts", () => {
    for (const text of [
      '[{"a": "a"}, {"a": {"a": ["a", "a"]}, "b": "\\"a\\": 1, \\"a\\": 2"}]',
      '{"a": {"b": 1}, "b": {"a": 1}}',
    ])
      assert.deepEqual(parseDocument(text, "json"), JSON.parse(text));
  });

  it("takes any JSON as JSON.parse does, where no name stands twice", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const text = JSON.stringify(value);
        assert.deepEqual(parseDocument(text, "json"), JSON.parse(text));
      }),
      { numRuns: 2000 },
    );
  });

  it("refuses broken JSON without quoting it", () => {
    assert.throws(() => parseDocument('{"secret": canary', "json"), {
      code: "DOCUMENT_UNREADABLE",
      message: "is not valid JSON",
    });
  });

  it("reads any data as YAML wrote it, or refuses it", () => {
    const scalars = fc.oneof(fc.string(), fc.integer(), fc.boolean(), fc.constant(null));
    const { tree } = fc.letrec((tie) => ({
      tree: fc.oneof(
        { depthSize: "small" },
        scalars,
        fc.array(tie("tree")),
        fc.dictionary(fc.string(), tie("tree")),
      ),
    }));
    fc.assert(
      // Narrow lines fold long texts.
      fc.property(fc.dictionary(fc.string(), tree), fc.constantFrom(0, 20), (data, lineWidth) => {
        const text = stringify(data, { lineWidth });
        try {
          assert.deepEqual(parseDocument(text, "yaml"), parse(text));
        } catch (error) {
          assert.equal((error as { code: string }).code, "DOCUMENT_UNREADABLE", String(error));
        }
      }),
      { numRuns: 500 },
    );
  });

  it("never reads a text otherwise than YAML does", () => {
    const words = fc.constantFrom(
      "a",
      "b:",
      "- ",
      ": ",
      "\n",
      "  ",
      "'",
      '"',
      "#",
      " #",
      "x y",
      "1",
      "~",
      ">-",
      "|",
      "[",
      "]",
      "&",
      "*",
      "\t",
      "\r",
      "\u00a0",
      "\u2028",
      "\0",
      ">-\n  ",
      "- >-\n #",
    );
    fc.assert(
      fc.property(fc.array(words, { maxLength: 16 }), (parts) => {
        const text = parts.join("");
        let read: unknown;
        try {
          read = parseDocument(text, "yaml");
        } catch (error) {
          assert.equal((error as { code: string }).code, "DOCUMENT_UNREADABLE", String(error));
          return;
        }
        assert.deepEqual(read, parse(text), JSON.stringify(text));
      }),
      { numRuns: 5000 },
    );
  });

  it("needs time in proportion to the text, however it is made", () => {
    const size = 200_000;
    for (const piece of [" ", "a ", "'", '"', "- ", "a: ", "\\", "#", ":"]) {
      const started = performance.now();
      try {
        parseDocument(`a: ${piece.repeat(size / piece.length)}b`, "yaml");
      } catch (error) {
        assert.equal((error as { code: string }).code, "DOCUMENT_UNREADABLE");
      }
      assert.ok(performance.now() - started < 2000, JSON.stringify(piece));
    }
  });
});
