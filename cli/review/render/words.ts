/** Words all renderings have in common. */
import type { CredentialChange, Finding, Report, Severity, Source, Verdict } from "../report";

export const VERDICTS: Readonly<Record<Verdict, { readonly icon: string; readonly words: string }>> = {
  blocked: { icon: "❌", words: "Blocked" },
  "needs-review": { icon: "⚠️", words: "Needs review" },
  clean: { icon: "✅", words: "No credential risk" },
  incomplete: { icon: "⚪", words: "Incomplete" },
};

export const SEVERITY_MARKS: Readonly<Record<Severity, string>> = {
  critical: "🔴",
  high: "🟠",
  medium: "🟡",
  low: "⚪",
};

/** `2026-11-20 18:04 UTC` */
export function minute(moment: string): string {
  return `${moment.slice(0, 10)} ${moment.slice(11, 16)} UTC`;
}

export function day(moment: string | undefined): string {
  return moment === undefined ? "?" : moment.slice(0, 10);
}

/** `2026-07-02 → 2026-11-04, 125 d`; a certificate that is not made yet begins with the update. */
export function validity({ validFrom, validUntil, lifetimeDays, kind }: Partial<CredentialChange>): string {
  const days = lifetimeDays === undefined ? "" : `${lifetimeDays} d`;
  if (validFrom === undefined && validUntil === undefined) {
    if (days !== "") return `from the update, ${days}`;
    return kind === "federated" ? "–" : "known at update";
  }
  const from = validFrom === undefined ? "the update" : day(validFrom);
  return `${from} → ${day(validUntil)}${days === "" ? "" : `, ${days}`}`;
}

/** Days of overlap; marked when they are too few. */
export function overlap(days: number | undefined, minimum: number): string {
  if (days === undefined) return "–";
  return days < minimum ? `${days} d ⚠` : `${days} d`;
}

/** `85 d; new key ✓`: what a rotation is judged by. */
export function handover({ overlapDays, newKey }: CredentialChange, minimum: number): string {
  const parts = [
    ...(overlapDays === undefined ? [] : [overlap(overlapDays, minimum)]),
    ...(newKey === undefined ? [] : [newKey ? "new key ✓" : "same key ⚠"]),
  ];
  return parts.join("; ") || "–";
}

export function keyInWords({ key, thumbprint, subject }: CredentialChange): readonly string[] {
  return [key, thumbprint, subject].filter((part) => part !== undefined);
}

/** `rotate: publish generation 6` */
export function changeInWords({ change, generation }: CredentialChange): string {
  return generation === undefined || !change.startsWith("rotate") ? change : `${change} g${generation}`;
}

export function place(source: Source | undefined): string {
  if (source === undefined) return "–";
  const file = source.file.split("/").at(-1) ?? source.file;
  return source.line === undefined ? file : `${file}:${source.line}`;
}

/** The first step towards a fix; the rest is on the page of the rule. */
export function fixOf(finding: Finding): string {
  return finding.fix[0] ?? "–";
}

export function shortCommit(report: Report): string | undefined {
  return report.commit?.slice(0, 7);
}

/** What a report is of, in the order of the specification: stack, commit, packs, preview, time. */
export function provenance(report: Report): readonly string[] {
  const { packs, preview, generatedAt } = report;
  const commit = shortCommit(report);
  const outcome = { ok: "preview ok", failed: "preview failed", unknown: "preview outcome unknown" }[
    preview.state
  ];
  return [
    report.key,
    ...(commit === undefined ? [] : [commit]),
    ...(packs.length === 0
      ? ["no pack ran"]
      : packs.map(({ name, version }) => `${name} ${version ?? ""}`.trim())),
    preview.state === "failed" && preview.reason !== undefined ? `${outcome} (${preview.reason})` : outcome,
    minute(generatedAt),
  ];
}

export interface GlanceCell {
  readonly title: string;
  readonly value: string;
  /** Something a reviewer must not miss. */
  readonly alarming: boolean;
}

export function glanceCells({ glance }: Report): readonly GlanceCell[] {
  const soon = glance.exemptExpiringSoon > 0 ? ` (${glance.exemptExpiringSoon} ≤ 30 d)` : "";
  const expiry = glance.earliestExpiryDays;
  return [
    cell("Identities", String(glance.identities)),
    cell(
      "Certs + / − / rotated",
      `${glance.certificatesAdded} / ${glance.certificatesRemoved} / ${glance.certificatesRotated}`,
    ),
    cell("Federated + / −", `${glance.federatedAdded} / ${glance.federatedRemoved}`),
    cell("Secrets + / −", `${glance.secretsAdded} / ${glance.secretsRemoved}`, glance.secretsAdded > 0),
    cell(
      "Controls − / +",
      `${glance.controlsWeakened} / ${glance.controlsStrengthened}`,
      glance.controlsWeakened > 0,
    ),
    cell("Mandatory", String(glance.mandatory), glance.mandatory > 0),
    cell("Advisory", String(glance.advisory)),
    cell("Exempt", `${glance.exempt}${soon}`),
    cell("Not evaluated", String(glance.notEvaluated)),
    cell("Earliest expiry", expiry === undefined ? "–" : `${expiry} d`, expiry !== undefined && expiry <= 30),
  ];
}

function cell(title: string, value: string, alarming = false): GlanceCell {
  return { title, value, alarming };
}

/** `private keys in state: 2, encrypted by azurekeyvault; in vault only: 0; external: 1` */
export function keysInWords({ privateKeys }: Report): string {
  const { inState, inVault, external, secretsProvider } = privateKeys;
  const encrypted = inState > 0 && secretsProvider !== undefined ? `, encrypted by ${secretsProvider}` : "";
  return `Private keys in state: ${inState}${encrypted} · in a vault only: ${inVault} · outside: ${external}`;
}

export const FOOTER =
  "Values are never shown: a report is made of names, ids, dates, thumbprints, networks and the sentences of rules.";
export const EXEMPTION_HINT =
  "What a rule wants: certlock explain RULE. An exemption is an entry of exemptions.yaml, approved by somebody else than its owner.";

/** Columns of the credential changes, in the order every table has them. */
export const CREDENTIAL_COLUMNS = [
  "Risk",
  "Identity",
  "Env",
  "Change",
  "Kind",
  "Key",
  "Valid",
  "Overlap",
  "Private key lives in",
  "Issuer",
  "Source",
] as const;
