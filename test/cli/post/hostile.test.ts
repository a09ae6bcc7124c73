import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import fc from "fast-check";
import { type Marker, readMarker, writeMarker } from "../../../cli/post";
import { composeShort } from "../../../cli/post/body";
import { compareRuns } from "../../../cli/post/marker";
import { harmless } from "../../../cli/post/run-log";
import { gitHubRun } from "./github-fixture";
import { posting, TOKEN } from "./posted";

describe("a review with hostile text in it", () => {
  const github = gitHubRun();

  it("keeps one comment although the stack's name tries to end the marker", async () => {
    const key = "a --> <img src=x> key=identities/prod/🙈\n-->";
    await github.post({ key });
    await github.post({ key, runId: "5001", comparable: "other" });
    assert.equal(github.repository.comments.length, 1);
    assert.equal(readMarker(String(github.repository.bodies[0]))?.key, key);
  });

  it("finds no marker in a body that quotes one further down", async () => {
    const quoted = `### hello\n${writeMarker({ key: "identities/prod", run: "9999" })}`;
    github.repository.comment(quoted);
    assert.equal((await github.post()).comment, "created");
    assert.equal(github.repository.bodies[0], quoted);
  });

  it("sends the text in the body of a request, as it is", async () => {
    const body = `<!-- m -->\n${'"; rm -rf / #`$(id)` \\ \u2028 '.repeat(200)}end`;
    await github.post({ body });
    assert.equal(String(github.repository.bodies[0]).split("\n").slice(1).join("\n"), body.slice(11));
  });

  it("writes workflow commands that hold what they are given and nothing else", async () => {
    await github.post({
      annotations: [
        {
          level: "error",
          message: "a\n::set-output name=x::y%0A",
          title: "t:,\r\n::warning::",
          path: "a,b:c.ts",
          line: 3,
        },
        { level: "notice", message: "no place" },
      ],
    });
    assert.deepEqual(github.run.commands, [
      "::error file=a%2Cb%3Ac.ts,line=3,title=t%3A%2C%0D%0A%3A%3Awarning%3A%3A::a%0A::set-output name=x::y%250A",
      "::notice::no place",
    ]);
  });

  it("shows ten annotations of each level, the first ones", async () => {
    const annotations = (["error", "warning", "notice"] as const).flatMap((level) =>
      Array.from({ length: 15 }, (_, index) => ({ level, message: `${level} ${index}` })),
    );
    await github.post({ annotations });
    assert.equal(github.run.commands.length, 30);
    assert.equal(github.run.commands[9], "::error::error 9");
    assert.equal(github.run.commands[10], "::warning::warning 0");
  });

  it("writes lines into the log that no host takes for commands", () => {
    assert.equal(harmless("::error::x"), ": :error::x");
    assert.equal(
      harmless("Stack ##vso[task.setvariable variable=a]b\n::x"),
      "Stack # #vso[task.setvariable variable=a]b ::x",
    );
    assert.equal(harmless("a \u202e\u001b[31m b"), "a  [31m b");
  });

  it("keeps the summary within what a step may write", async () => {
    const { summary } = github;
    await github.post({ summary: "x".repeat(1024 * 1024) });
    const first = await readFile(summary, "utf8");
    assert.match(first, /^### ❌ Blocked\n\n1 client secret/);
    await github.run.deps.writeFile(summary, "y".repeat(1024 * 1024 - 10));
    await github.post({ runId: "5001" });
    assert.equal((await readFile(summary, "utf8")).length, 1024 * 1024 - 10);
  });

  it("shows a hostile sentence as text in the short form", () => {
    const sentence = "x](https://evil.example) <img> @octocat #12 `a` | [y](z) \u202e https://evil.example";
    const { text } = composeShort(posting({ sentence }), false, (body) => body);
    const shown = String(text.split("\n")[3]);
    assert.doesNotMatch(shown, /[<>[\]()`|@\u202e]|#(?!\d+;)|:\/\//);
  });

  it("keeps a token out of what a host throws back at us", async () => {
    const message = `Bad credentials: Bearer ${TOKEN}`;
    github.server.fault = () => ({ kind: "answer", answer: { status: 401, body: { message } } });
    const { problems } = await github.post();
    assert.equal(problems[0]?.code, "POST_UNAUTHORIZED");
    assert.ok(!JSON.stringify(problems).includes(TOKEN));
  });

  it("refuses a token that no header can hold without showing it", async () => {
    const token = "abc\nx-evil: 1";
    await assert.rejects(github.post({}, "update", { GITHUB_TOKEN: token }), (error: Error) => {
      assert.match(error.message, /GITHUB_TOKEN does not look like a token/);
      assert.doesNotMatch(error.message, /abc|evil/);
      return true;
    });
  });

  it("reads no endless answer", async () => {
    github.server.fault = ({ path }) =>
      path.endsWith("/comments")
        ? { kind: "answer", answer: { status: 200, body: "x".repeat(33 * 1024 * 1024) } }
        : undefined;
    const { problems } = await github.post();
    assert.match(String(problems[0]?.message), /is larger than 33554432 bytes; nothing of it was used/);
  });

  for (const [address, complaint] of [
    ["http://api.github.com", /must begin with "https:\/\/"/],
    ["https://user:secret@ghe.example/api/v3", /must not hold a user name or password/],
    ["https://ghe.example/api/v3?x=1", /without "\?" and "#"/],
    ["file:///etc/passwd", /must begin with "https:\/\/"/],
    ["ghe.example", /is not an address/],
  ] as const) {
    it(`sends no token to ${address}`, async () => {
      await assert.rejects(github.post({}, "update", { GITHUB_API_URL: address }), (error: Error) => {
        assert.match(error.message, complaint);
        assert.doesNotMatch(error.message, /secret@/);
        return true;
      });
      assert.deepEqual(github.server.received, []);
    });
  }
});

describe("the hidden marker", () => {
  const value = fc.option(fc.string({ unit: "grapheme" }), { nil: undefined });
  const markers: fc.Arbitrary<Marker> = fc.record(
    {
      key: fc.string({ unit: "grapheme" }),
      head: value,
      run: value,
      attempt: fc.option(fc.nat(999_999_999), { nil: undefined }),
      verdict: value,
      fingerprints: value,
      content: value,
      body: value,
    },
    { noNullPrototype: true },
  );

  it("is one line, one HTML comment, and read as it was written", () => {
    fc.assert(
      fc.property(markers, fc.string(), (marker, rest) => {
        const line = writeMarker(marker);
        assert.match(line, /^<!-- [^\n\r<>]* -->$/);
        assert.doesNotMatch(line.slice(4, -3), /--/);
        assert.deepEqual(readMarker(`${line}\n${rest}`), marker);
      }),
    );
  });

  it("is not read from anything else", () => {
    const good = writeMarker({ key: "a/b", run: "1" });
    for (const text of [
      "",
      "hello",
      ` ${good}`,
      good.replace("key", "kye"),
      good.replace("run=1", "key=x"),
      good.replace("a%2Fb", "%E0%A4%A"),
      good.replace("certlock-review 1", "certlock-review 2"),
      writeMarker({ key: "x".repeat(5_000) }),
    ]) {
      assert.equal(readMarker(text), undefined, text.slice(0, 80));
    }
  });

  it("orders runs by number and attempt, and leaves the rest undecided", () => {
    const at = (run: string | undefined, attempt?: number): Marker => ({ key: "k", run, attempt });
    assert.ok(compareRuns(at("9"), at("10")) < 0);
    assert.ok(compareRuns(at("10", 2), at("10", 1)) > 0);
    assert.equal(compareRuns(at("10", 1), at("10", 1)), 0);
    assert.equal(compareRuns(at("abc"), at("10")), 0);
    assert.equal(compareRuns(at(undefined), at("10")), 0);
  });
});
