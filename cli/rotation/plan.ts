/**
 * What the next runs will do, as data: what every rendering is made from, and `--format json` itself. The JSON Schema of
 * it is published as `docs/rotation-plan.schema.json`. Its texts are names, ids, dates and thumbprints, nothing else.
 */
import { z } from "zod";

/** Version of the plan's shape; raised when a field goes or changes its meaning. */
export const PLAN_VERSION = "1.0";

const text = z.string();
const count = z.int().nonnegative();
const generation = z.int().positive();
const day = z.iso.date();
/** A moment in UTC, RFC 3339. */
const moment = z.iso.datetime();

export const statuses = ["on-time", "overdue", "gap", "by-hand", "unknown", "removed"] as const;
export type Status = (typeof statuses)[number];

const certificate = z
  .strictObject({
    generation: generation.optional().describe("Absent where the key is kept elsewhere."),
    state: z
      .enum(["exists", "assumed", "planned"])
      .describe("`assumed`: computed from the schedule, as nobody has read what is deployed."),
    name: text.optional().describe("Name of its registration in the stack."),
    urn: text.optional(),
    keyId: text.optional().describe("Id of the credential in Entra."),
    thumbprint: text.optional().describe("First 12 hexadecimal digits of the SHA-256."),
    validFrom: day.optional(),
    validUntil: day
      .optional()
      .describe("The day it ends. Of a planned one the earliest: a key born in a vault has whole months."),
    endsAt: moment.optional().describe("The moment it ends, where it exists."),
    removedOn: day.optional().describe("The day a run removes it, also one beyond the plan."),
    lastSignIn: moment.optional().describe("Last time somebody signed in with it, where evidence tells."),
  })
  .describe("A certificate that is registered, or will be.");

const gap = z
  .strictObject({
    kind: z
      .enum(["outage", "cut-off", "short", "withdrawn"])
      .describe(
        "`outage`: nobody can sign in. `cut-off`: a run removes what clients hold. `short`: too few days to change over. `withdrawn`: cut off on purpose.",
      ),
    generation: generation.optional(),
    from: day,
    to: day.optional().describe("The day it is over; absent where no planned run ends it."),
    days: count.optional().describe("Days clients have to change over."),
    sentence: text,
  })
  .describe("Days on which somebody cannot sign in, or has too little time.");

const run = z
  .strictObject({
    day,
    turn: day.describe("The day it was due: that of the run where nothing is late."),
    lateDays: count,
    makes: z.array(generation),
    removes: z.array(generation),
    clients: z
      .strictObject({
        from: generation.optional(),
        to: generation,
        until: day
          .optional()
          .describe("Day from which the older one no longer works: clients have read the vault by then."),
        days: count.optional(),
      })
      .optional()
      .describe("Absent where clients keep what they have."),
    lastSafe: day.optional().describe("The latest day for this run that leaves clients their time."),
  })
  .describe("A run that changes something.");

const identity = z.strictObject({
  name: text,
  urn: text,
  clientId: text.optional(),
  key: z.enum(["tls", "vault", "external", "unknown"]).describe("Where its private keys are kept."),
  status: z.enum(statuses),
  sentence: text,
  schedule: z
    .strictObject({
      periodDays: count,
      validityDays: count,
      keyBits: count,
      pinned: generation.optional(),
    })
    .optional()
    .describe("The numbers that hold today."),
  current: generation.optional().describe("The generation clients are given today."),
  next: z
    .strictObject({
      turn: day.describe("The day its successor is due."),
      run: day.optional().describe("The planned run that makes it; absent beyond the plan."),
      lastSafe: day
        .optional()
        .describe("The latest day for that run that leaves clients their time; absent for a withdrawal."),
      endsOn: day.describe("Without a run, nobody can sign in from this day on."),
    })
    .optional(),
  overdue: z.strictObject({ since: day, days: count }).optional(),
  byHand: z
    .strictObject({ until: day, daysLeft: z.int() })
    .optional()
    .describe("Nothing rotates it: somebody has to register another certificate by then."),
  certificates: z.array(certificate),
  runs: z.array(run),
  gaps: z.array(gap),
  notes: z.array(text),
});

const seen = z.strictObject({
  identity: text,
  generation: generation.optional(),
  keyId: text,
  urn: text,
  lastSignIn: moment,
  daysAgo: count,
  exemption: text.optional().describe("Id of the exemption that lets it go all the same."),
  withdrawn: z
    .literal(true)
    .optional()
    .describe("Goes because the program withdraws it: others may know the key, so no sign-in keeps it."),
});

export const planSchema = z
  .strictObject({
    version: z.literal(PLAN_VERSION),
    verdict: z.enum(["ok", "attention", "incomplete"]),
    sentence: text,
    stack: text.optional().describe("`project/stack`"),
    generatedAt: moment,
    today: day,
    until: day,
    every: text.describe("The days that have a run."),
    missed: z.strictObject({ from: day, to: day }).optional().describe("Runs left out, as a simulation."),
    schedulesFrom: z.enum(["program", "preview", "state"]),
    certificatesFrom: z.enum(["state", "preview", "assumed"]),
    summary: z.strictObject({
      identities: count,
      changes: count.describe("Runs with changes, each counted for each identity."),
      overdue: count,
      gaps: count.describe("Withdrawals are not counted: they are meant."),
      byHand: count.describe("Certificates to be replaced by hand within 30 days."),
      unknown: count,
      blocked: count.describe("Credentials the next run would remove though they are in use."),
    }),
    identities: z.array(identity),
    evidence: z
      .strictObject({
        source: z.enum(["file", "graph"]),
        seenWithinDays: count,
        nextRun: day.optional(),
        credentials: count.describe("Credentials whose sign-ins are told."),
        newest: moment.optional().describe("The newest sign-in of all of them."),
        retired: z.array(text).describe("Names of the credentials the next run removes."),
        inUse: z.array(seen).describe("Those of them that were seen within so many days."),
        undecided: z.array(text).describe("Why evidence cannot tell: one sentence each."),
        exemptionProblems: z.array(text),
      })
      .optional()
      .describe("Whether what the next run removes is still in use."),
    notes: z.array(text),
  })
  .describe("What the next runs of a stack do to its certificates, as certlock computes it.");

export type Plan = z.infer<typeof planSchema>;
export type PlannedIdentity = Plan["identities"][number];
export type PlannedCertificate = z.infer<typeof certificate>;
export type PlanGap = z.infer<typeof gap>;
export type PlanRun = z.infer<typeof run>;
export type Evidence = NonNullable<Plan["evidence"]>;

/** Credentials in use that hold the next run back. */
export function blockersOf(evidence: Evidence | undefined): Evidence["inUse"] {
  return (evidence?.inUse ?? []).filter(
    ({ exemption, withdrawn }) => exemption === undefined && withdrawn !== true,
  );
}
