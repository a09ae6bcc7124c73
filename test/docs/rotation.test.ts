/** docs/rotation.md says what the schedule does. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import type { CertificateIssuer, RotationArgs } from "../../components";
import { dateOf, parseDay } from "../../components/calendar";
import { readCertificateArgs } from "../../components/certificate-args";
import { issuerOn } from "../../components/certificate-issuer";
import { Problems } from "../../components/problems";
import { PERIOD_DAYS, VALIDITY_DAYS } from "../../components/rotation";
import { rotationOutputOf } from "../../components/rotation-output";
import { generationsOn } from "../generations";

const text = readFileSync(join(__dirname, "..", "..", "docs", "rotation.md"), "utf8");
const examples = [...text.matchAll(/```yaml\n([\s\S]*?)```/g)].map(([, yaml = ""]) => parse(yaml) as object);
const cells = (line: string): string[] =>
  line
    .split("|")
    .slice(1, -1)
    .map((cell) => cell.trim());
const on = (date: string): Date => new Date(`${date}T00:00:00Z`);
const numbers = (rotation: RotationArgs, date: string): number[] =>
  generationsOn(rotation, on(date)).declared.map(({ number }) => number);

describe("the guide to rotation", () => {
  const [first, pinned, changed, issued, withdrawn] = examples as [
    { certificate: { rotation: RotationArgs } },
    { rotation: RotationArgs },
    { rotation: RotationArgs },
    { issuer: Pick<CertificateIssuer, "from"> },
    Pick<RotationArgs, "changes">,
  ];

  it("has a table of days that is what happens", () => {
    const { rotation } = first.certificate;
    const rows = text.split("\n").filter((line) => /^\| \d{4}-/.test(line));
    assert.equal(rows.length, 4);
    let before: number[] = [];
    for (const row of rows) {
      const [date = "", certificates, current, made, removed] = cells(row);
      const declared = numbers(rotation, date);
      assert.deepEqual(
        [certificates, current, made, removed],
        [
          declared.join(", "),
          String(declared.at(-1)),
          declared.filter((one) => !before.includes(one)).join(", "),
          before.filter((one) => !declared.includes(one)).join(", "),
        ],
      );
      // It begins on that day and not before.
      if (before.length > 0) assert.deepEqual(numbers(rotation, dateOf((parseDay(date) ?? 0) - 1)), before);
      before = declared;
    }
  });

  it("names limits and defaults that are the schedule's own", () => {
    const row = (name: string): string[] => {
      const line = text.split("\n").find((each) => each.startsWith(`| \`${name}\``)) ?? "";
      return cells(line).slice(1, 3);
    };
    const said = ({ default: fallback, least, most }: { default: number; least: number; most: number }) => [
      String(fallback),
      `${least} to ${most}`,
    ];
    assert.deepEqual(row("periodDays"), said(PERIOD_DAYS));
    assert.deepEqual(row("validityDays"), said(VALIDITY_DAYS));
  });

  it("shows the output of the schedule it begins with, as the component writes it", () => {
    const [, json = ""] = /```json\n([\s\S]*?)```/.exec(text) ?? [];
    const now = on("2027-03-21");
    const problems = new Problems();
    const plan = readCertificateArgs("certificate", first.certificate, { name: "billing", now }, problems);
    assert.deepEqual(JSON.parse(json), rotationOutputOf(plan));
    const fields = [...text.matchAll(/^\| `(version|key|terms|pinned)` /gm)].map(([, field]) => field);
    assert.deepEqual([...new Set(fields)], ["version", "key", "terms", "pinned"]);
  });

  it("has examples that do what is said of them", () => {
    assert.deepEqual(numbers(pinned.rotation, "2027-05-21"), [2, 3]);
    assert.deepEqual(numbers({ ...pinned.rotation, generation: undefined as never }, "2027-05-21"), [3, 4]);
    const { current } = generationsOn(changed.rotation, on("2027-03-21"));
    assert.deepEqual(
      [current.number, current.begins, current.validityDays, current.keyBits],
      [3, "2027-03-21", 85, 4096],
    );
    const issuer = { ...issued.issuer, certificatePem: "", privateKeyPem: "" };
    const { declared } = generationsOn(first.certificate.rotation, on("2027-03-21"));
    assert.deepEqual(
      declared.map(({ number, begins }) => [number, issuerOn(begins, issuer) !== undefined]),
      [
        [2, false],
        [3, true],
      ],
    );
    assert.deepEqual(numbers({ ...first.certificate.rotation, ...withdrawn }, "2027-04-02"), [4]);
    // On the first day of a turn too, whose own generation that day may have made.
    const changes = [{ from: "2027-03-21", withdraw: true }];
    assert.deepEqual(numbers({ ...first.certificate.rotation, changes }, "2027-03-21"), [4]);
  });
});
