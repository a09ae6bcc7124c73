/** The whole report as one file: no script, nothing from elsewhere, readable on any screen, by keyboard, aloud and on paper. */
import { createHash } from "node:crypto";
import { MIN_OVERLAP_DAYS } from "../credential-changes";
import { mustFix } from "../findings";
import type { CredentialChange, Finding, Generation, Identity, Report, TrustChange } from "../report";
import { ruleFacts } from "../rule-book";
import { STYLE } from "./html-style";
import { timeline } from "./timeline";
import * as words from "./words";

export function html(report: Report): string {
  const { icon, words: verdict } = words.VERDICTS[report.verdict];
  const digest = createHash("sha256").update(STYLE).digest("base64");
  const advice = report.findings.filter(
    (finding) => finding.kind === "violation" && !mustFix(finding) && finding.exemption === undefined,
  );
  const body = [
    `<header class="${report.verdict}"><h1><span class="verdict">${icon} ${verdict}</span></h1>`,
    `<p class="sentence">${esc(report.sentence)}</p>`,
    `<p class="provenance">${words.provenance(report).map(esc).join(" · ")}</p></header>`,
    ...report.blockers.map((sentence) => `<p class="notice" role="alert">${esc(sentence)}</p>`),
    glance(report),
    differences(report),
    findings("Must fix", report.findings.filter(mustFix)),
    drawing(report),
    section("Credential changes", report.credentialChanges.length, credentials(report.credentialChanges)),
    section("Trust boundaries", report.trustChanges.length, trust(report.trustChanges)),
    findings("Advisory", advice),
    exemptions(report),
    horizon(report),
    open(report),
    rules(report),
    identities(report),
    passed(report),
    footer(report),
  ];
  return [
    "<!doctype html>",
    '<html lang="en"><head><meta charset="utf-8">',
    // No script, no image, no font, no connection: only the style below, by its hash.
    `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'sha256-${digest}'; base-uri 'none'; form-action 'none'">`,
    '<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" content="light dark"><meta name="referrer" content="no-referrer">',
    `<title>${icon} ${verdict}: ${esc(report.key)}</title>`,
    `<style>${STYLE}</style></head><body>`,
    '<a class="skip" href="#must-fix">Skip to what must be fixed</a><main id="report">',
    ...body.filter((part) => part !== ""),
    "</main></body></html>",
    "",
  ].join("\n");
}

export function esc(text: string): string {
  return text
    .replace(/&/g, "&amp;")
    .replace(/</g, "&lt;")
    .replace(/>/g, "&gt;")
    .replace(/"/g, "&quot;")
    .replace(/'/g, "&#39;");
}

function slug(title: string): string {
  return title.toLowerCase().replace(/[^a-z]+/g, "-");
}

function section(title: string, count: number, content: string): string {
  if (count === 0) return "";
  const long = count > 12 ? ' class="long"' : "";
  return `<section id="${slug(title)}"${long} aria-labelledby="h-${slug(title)}"><h2 id="h-${slug(title)}">${title} <span class="soft">(${count})</span></h2>\n${content}</section>`;
}

/** A cell is HTML already; its class says how wide it wants to be. */
interface Cell {
  readonly html: string;
  readonly width?: "wide" | "tight";
}

function table(caption: string, titles: readonly string[], rows: readonly (readonly Cell[])[]): string {
  const head = titles.map((title) => `<th scope="col">${title}</th>`).join("");
  const lines = rows.map((cells) => {
    const written = cells.map(
      (cell) => `<td${cell.width === undefined ? "" : ` class="${cell.width}"`}>${cell.html}</td>`,
    );
    return `<tr>${written.join("")}</tr>`;
  });
  return `<div class="scroll" tabindex="0" role="region" aria-label="${caption}"><table><thead><tr>${head}</tr></thead><tbody>\n${lines.join("\n")}\n</tbody></table></div>`;
}

const plain = (text: string | undefined): Cell => ({ html: esc(text ?? "–") });
const wide = (text: string | undefined): Cell => ({ html: esc(text ?? "–"), width: "wide" });
const tight = (text: string | undefined): Cell => ({ html: esc(text ?? "–"), width: "tight" });
const code = (text: string): string => `<code>${esc(text)}</code>`;
/** @param word also the class, which decides about the colour */
const pill = (word: string, label = word): string => `<span class="pill ${esc(word)}">${esc(label)}</span>`;
const link = (label: string, url: string | undefined): string =>
  url === undefined ? label : `<a href="${esc(url)}" rel="noreferrer noopener">${label}</a>`;

function source({ source: found }: { readonly source?: Finding["source"] }): Cell {
  return { html: found === undefined ? "–" : link(esc(words.place(found)), found.url), width: "tight" };
}

function glance(report: Report): string {
  const cells = words
    .glanceCells(report)
    .map(
      ({ title, value, alarming }) =>
        `<div${alarming ? ' class="alarming"' : ""}><dt>${title}</dt><dd>${esc(value)}</dd></div>`,
    );
  return `<dl class="glance" aria-label="At a glance">${cells.join("")}</dl>`;
}

function differences({ against }: Report): string {
  if (against === undefined) return "";
  const item =
    (title: string) =>
    ({ rule, message }: { readonly rule: string; readonly message: string }) =>
      `<li><b>${title}</b> ${code(rule)} ${esc(message)}</li>`;
  const items = [...against.appeared.map(item("new")), ...against.resolved.map(item("resolved"))];
  const since = against.commit?.slice(0, 7) ?? words.minute(against.generatedAt);
  return `<section aria-label="Since the report before"><h2>Since ${esc(since)} <span class="soft">(${against.appeared.length} new, ${against.resolved.length} resolved)</span></h2><ul>${items.join("")}</ul></section>`;
}

function findings(title: string, list: readonly Finding[]): string {
  const rows = list.map((finding) => [
    { html: pill(finding.severity), width: "tight" as const },
    { html: link(code(finding.rule), `#${anchor(finding.rule)}`) },
    plain(finding.identity ?? finding.resource),
    wide(finding.message),
    wide(finding.fix.join(" ")),
    source(finding),
  ]);
  return section(
    title,
    list.length,
    table(title, ["Severity", "Rule", "Identity", "What", "Fix", "Source"], rows),
  );
}

function anchor(rule: string): string {
  return `rule-${rule.replace(/[^\w-]/g, "-")}`;
}

/** The page of every rule that is named above: what it wants and how to get there, without leaving this file. */
function rules({ findings: list }: Report): string {
  const named = new Map(
    list.filter(({ exemption }) => exemption === undefined).map((each) => [each.rule, each]),
  );
  const blocks = [...named.values()].map(({ rule, title, severity, fix, url }) => {
    const description = ruleFacts(rule, { generatedAt: new Date(0) })?.description;
    const steps = fix.map((step) => `<li>${esc(step)}</li>`).join("");
    return [
      `<article id="${esc(anchor(rule))}" tabindex="-1"><h3>${code(rule)} ${pill(severity)}</h3><p><b>${esc(title)}.</b>`,
      `${description === undefined || description === title ? "" : ` ${esc(description)}`}</p>`,
      steps === "" ? "" : `<ol>${steps}</ol>`,
      `<p class="soft">${url === undefined ? "" : `${link("Read more", url)} · `}${code(`certlock explain ${rule}`)}</p></article>`,
    ].join("");
  });
  return section("What the rules want", blocks.length, blocks.join("\n"));
}

function drawing(report: Report): string {
  const drawn = timeline(report, esc);
  if (drawn === undefined) return "";
  const legend = [
    ["kept", "stays"],
    ["added", "made by this update"],
    ["removed", "removed by this update"],
    ["shared", "both valid (overlap)"],
    ["gap", "gap: nothing valid"],
  ].map(([name = "", words = ""]) => `<span class="l-${name}">${words}</span>`);
  const left =
    drawn.left > 0 ? `<p class="soft">${drawn.left} more identities are in the tables below.</p>` : "";
  return `<section id="timeline" aria-labelledby="h-timeline"><h2 id="h-timeline">Certificates over time</h2>\n<div class="scroll" tabindex="0" role="region" aria-label="Certificates over time">${drawn.svg}</div><div class="legend" aria-hidden="true">${legend.join("")}</div>${left}</section>`;
}

function credentials(changes: readonly CredentialChange[]): string {
  const titles = words.CREDENTIAL_COLUMNS;
  const rows = changes.map((change) => [
    { html: pill(change.severity), width: "tight" as const },
    {
      html: `${link(esc(change.identity), change.portal)}${change.appId === undefined ? "" : ` ${code(change.appId.slice(0, 8))}`}`,
    },
    tight(change.environment),
    plain(words.changeInWords(change)),
    {
      html: change.kind === "secret" ? pill("critical", "secret") : esc(change.kind),
      width: "tight" as const,
    },
    { html: words.keyInWords(change).map(code).join(" ") || "–" },
    plain(words.validity(change)),
    plain(words.handover(change, MIN_OVERLAP_DAYS)),
    plain(change.privateKey),
    plain(change.issuer),
    source(change),
  ]);
  return table("Credential changes", titles, rows);
}

function trust(changes: readonly TrustChange[]): string {
  const rows = changes.map((change) => [
    { html: pill(change.severity), width: "tight" as const },
    plain(change.kind),
    plain(change.object),
    {
      html: `${code(change.field)}<br>${esc(change.before ?? "none")} → <b>${esc(change.after ?? "none")}</b>`,
      width: "wide" as const,
    },
    { html: pill(change.direction), width: "tight" as const },
    plain(change.risk),
    source(change),
  ]);
  return table(
    "Trust boundaries",
    ["Risk", "Kind", "Object", "Before → After", "Direction", "What it means", "Source"],
    rows,
  );
}

function exemptions({ exemptions: list }: Report): string {
  const rows = list.map((row) => [
    { html: `${code(row.id)}${row.isNew ? ` ${pill("medium", "new")}` : ""}` },
    { html: code(row.rule) },
    wide(row.scope),
    plain(row.owner),
    plain(row.ticket),
    tight(row.daysLeft === undefined ? "no date" : `${row.daysLeft} d left${row.daysLeft <= 30 ? " ⚠" : ""}`),
    tight(row.used ? "yes" : "no"),
    plain(row.approver),
  ]);
  return section(
    "Exemptions",
    list.length,
    table(
      "Exemptions",
      ["Id", "Rule", "Scope", "Owner", "Ticket", "Expires", "Used here?", "Approved by"],
      rows,
    ),
  );
}

function horizon(report: Report): string {
  const { expired, within30, within90, within180, later, undated, next } = report.horizon;
  const total = expired + within30 + within90 + within180 + later + undated;
  const bands = `<p>Expired <b>${expired}</b> · ≤ 30 d <b>${within30}</b> · ≤ 90 d <b>${within90}</b> · ≤ 180 d <b>${within180}</b> · later <b>${later}</b> · known at update <b>${undated}</b></p>`;
  const rows = next.map((row: Generation) => [
    plain(row.identity),
    tight(row.generation === undefined ? row.kind : `g${row.generation}`),
    { html: row.thumbprint === undefined ? "–" : code(row.thumbprint) },
    tight(`${words.day(row.validUntil)} (${row.daysLeft ?? "?"} d)`),
    tight(row.rotationPlanned ? "yes" : "no"),
  ]);
  const list =
    rows.length === 0
      ? ""
      : table("Expiry horizon", ["Identity", "Generation", "SHA-256", "Ends", "Rotation planned?"], rows);
  return section(
    "Expiry horizon",
    total,
    `${bands}${list}<p class="soft">${esc(words.keysInWords(report))}</p>`,
  );
}

function open({ notEvaluated }: Report): string {
  const rows = notEvaluated.map((row) => [
    plain(row.resource),
    { html: row.property === undefined ? "–" : code(row.property) },
    wide(row.why),
    plain(row.enforced),
  ]);
  return section(
    "Not evaluated",
    rows.length,
    table("Not evaluated", ["Resource", "Property", "Why", "Enforced"], rows),
  );
}

function identities({ identities: list }: Report): string {
  return section("Identities", list.length, list.map(identityBlock).join("\n"));
}

function identityBlock(identity: Identity): string {
  const { name, touched, privilege, portal, fields, storage, consumers, generations, rules } = identity;
  const failed = rules.filter(({ result }) => result === "failed").map(({ rule }) => code(rule));
  const passedHere = rules.filter(({ result }) => result === "passed").map(({ rule }) => code(rule));
  const items = [
    ...fields.map((field) => `${esc(field.name)}: ${esc(field.value)}`),
    ...(storage.length === 0 ? [] : [`keys stored in: ${storage.map(esc).join(", ")}`]),
    ...(consumers.length === 0 ? [] : [`used by: ${consumers.map(esc).join(", ")}`]),
    ...generations.map(
      (row) =>
        `${row.kind}${row.generation === undefined ? "" : ` g${row.generation}`} (${row.state}): ${esc(words.validity(row))}${row.overlapDays === undefined ? "" : `, overlap ${words.overlap(row.overlapDays, MIN_OVERLAP_DAYS)}`}`,
    ),
    ...(failed.length === 0 ? [] : [`failed: ${failed.join(" ")}`]),
    `passed: ${passedHere.join(" ") || "no rule"}`,
    ...(portal === undefined ? [] : [link("open in the Entra admin centre", portal)]),
  ];
  const marks = `${touched ? ` ${pill("touched")}` : ""}${privilege === "high" ? ` ${pill("high", "high privilege")}` : ""}`;
  return `<details class="block"><summary>${esc(name)}${marks}</summary><ul>${items.map((item) => `<li>${item}</li>`).join("")}</ul></details>`;
}

function passed({ passed: list, versions, inputsHash }: Report): string {
  const rules = list
    .map(({ rule, resources }) => `${code(rule)} <span class="soft">${resources}</span>`)
    .join(" ");
  const tools = versions.map(({ name, version }) => `${esc(name)} ${esc(version)}`).join(" · ");
  return `<section aria-label="Passed rules"><details><summary>Passed rules (${list.length}), versions</summary><p>${rules === "" ? "No rule was asked." : rules}</p><p class="soft">${tools === "" ? "" : `${tools} · `}inputs ${code(inputsHash.slice(0, 16))}</p></details></section>`;
}

function footer({ links }: Report): string {
  const shown = Object.entries(links).map(([name, url]) => link(esc(name), url));
  return `<footer>${shown.length === 0 ? "" : `<p>${shown.join(" · ")}</p>`}<p>${words.FOOTER} ${words.EXEMPTION_HINT}</p></footer>`;
}
