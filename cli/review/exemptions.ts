/** Exemptions of the run: those of the file, and those findings mention. */
import { clean } from "./clean-text";
import type { EngineEvent, ExemptionRecord } from "./input";
import type { ExemptionRow, Finding, Report } from "./report";

const DAY = 86_400_000;

/** What the pack writes at the end of a finding that is let pass. */
const USED =
  / Exempted by "([^"]{1,80})" \(([^()]{0,200}), owner ([^()]{0,200})\), (-?\d{1,4}) days? left\.$/s;

export function exemptionRows(
  records: readonly ExemptionRecord[],
  findings: readonly Finding[],
  events: readonly EngineEvent[],
  now: Date,
  against: Report | undefined,
): ExemptionRow[] {
  const known = new Set(against?.exemptions.map(({ id }) => id) ?? []);
  const isNew = (id: string): boolean => against !== undefined && !known.has(id);
  const used = new Set(findings.map(({ exemption }) => exemption));
  const rows = new Map<string, ExemptionRow>();
  for (const record of records) {
    const id = clean(record.id);
    const { expires = "" } = record;
    const daysLeft = daysLeftOf(expires, now);
    rows.set(id, {
      id,
      rule: clean(record.rule),
      scope: clean(record.scope, 200),
      owner: clean(record.owner),
      ...(record.approver !== undefined && { approver: clean(record.approver) }),
      ticket: clean(record.ticket),
      ...(daysLeft !== undefined && { expires: clean(expires, 25), daysLeft }),
      used: used.has(id),
      isNew: isNew(id),
    });
  }
  for (const { policyEvent } of events) {
    const match = USED.exec(policyEvent?.message.trim() ?? "");
    const id = clean(match?.[1] ?? "");
    if (match === null || policyEvent?.enforcementLevel !== "advisory" || rows.has(id)) continue;
    const [, , ticket = "", owner = "", days = ""] = match;
    rows.set(id, {
      id,
      rule: clean(policyEvent.policyName),
      scope: clean(policyEvent.resourceUrn ?? "", 200),
      owner: clean(owner),
      ticket: clean(ticket),
      daysLeft: Number(days),
      used: true,
      isNew: isNew(id),
    });
  }
  return [...rows.values()];
}

/** As the pack counts: the day that has begun is one, and a date lasts to its end in UTC; undefined for no date. */
export function daysLeftOf(expires: string, now: Date): number | undefined {
  if (!/^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2})?(Z|[+-]\d{2}:\d{2}))?$/.test(expires)) return undefined;
  const end = Date.parse(expires) + (expires.length === 10 ? DAY : 0);
  return Number.isNaN(end) ? undefined : Math.ceil((end - now.getTime()) / DAY);
}
