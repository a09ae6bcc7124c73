/**
 * The credential review as data: what every rendering is made from, and `report.json` itself.
 *
 * It is an allow-list. Its texts are names, ids, dates, thumbprints, algorithms, networks and the sentences of rules;
 * no other value of a resource has a place in it. The JSON Schema of it is published as `docs/report.schema.json`.
 */
import { z } from "zod";

/** Version of the report's shape; raised when a field goes or changes its meaning. */
export const REPORT_VERSION = "1.0";

/** From the least to the most severe, as `@pulumi/policy` names them. */
export const severities = ["low", "medium", "high", "critical"] as const;
export type Severity = (typeof severities)[number];

export const verdicts = ["blocked", "incomplete", "needs-review", "clean"] as const;
export type Verdict = (typeof verdicts)[number];

const text = z.string();
const count = z.int().nonnegative();
const severity = z.enum(severities);
/** A moment in UTC, RFC 3339 with whole seconds or milliseconds. */
const moment = z.iso.datetime();

const source = z
  .strictObject({
    file: text.describe("Path within the repository, with forward slashes."),
    line: z.int().positive().optional(),
    url: text.optional().describe("The line at the reviewed commit, where the host's address is known."),
  })
  .describe("Where the program declares it.");

const finding = z
  .strictObject({
    kind: z.enum(["violation", "undecided"]).describe("`undecided`: the rule could not tell yet."),
    level: z.enum(["mandatory", "advisory"]),
    severity,
    rule: text,
    title: text.describe("The rule in words."),
    urn: text,
    resource: text.describe("Name of the resource."),
    type: text.describe("Type token of the resource."),
    identity: text.optional().describe("Application the resource belongs to."),
    message: text,
    fix: z.array(text),
    url: text.optional().describe("Page of the rule."),
    field: text.optional().describe("Property the finding is about."),
    source: source.optional(),
    exemption: text.optional().describe("Id of the exemption that lets it pass."),
    fingerprint: text.describe("Stable over edits of wording and line: made of rule, URN and field."),
  })
  .describe("What a rule said about a resource or the stack.");

const credentialKind = z.enum(["certificate", "federated", "secret"]);

const credentialChange = z
  .strictObject({
    severity,
    identity: text,
    appId: text.optional(),
    portal: text.optional().describe("Page of the application in the Entra admin centre."),
    environment: text,
    change: z.enum(["add", "rotate: publish", "rotate: retire old", "remove", "replace ⚠ gap", "change"]),
    kind: credentialKind,
    key: text.optional().describe("Algorithm and size, such as RSA-3072."),
    thumbprint: text.optional().describe("First 12 hexadecimal digits of the SHA-256."),
    validFrom: moment.optional(),
    validUntil: moment.optional(),
    lifetimeDays: z.number().optional(),
    overlapDays: z.number().optional().describe("Days two generations are valid together; negative: a gap."),
    newKey: z
      .boolean()
      .optional()
      .describe(
        "Of a rotation: whether its key is another than the one before; absent where nobody knows yet.",
      ),
    generation: z.int().optional(),
    privateKey: text.optional().describe("Where the private key lives."),
    issuer: text.optional(),
    subject: text.optional().describe("Subject of a federated credential."),
    urn: text,
    source: source.optional(),
  })
  .describe("A way to sign in that comes, goes or changes.");

export const trustKinds = [
  "app management policy",
  "Conditional Access policy",
  "named location",
  "federated subject",
  "owner",
  "app role or permission",
  "sign-in audience",
  "vault network",
  "vault access",
] as const;

const trustChange = z
  .strictObject({
    severity,
    kind: z.enum(trustKinds),
    object: text,
    identity: text.optional(),
    field: text,
    before: text.optional(),
    after: text.optional(),
    direction: z.enum(["loosens", "tightens", "changes"]),
    risk: text,
    urn: text,
    source: source.optional(),
  })
  .describe("A field that decides who may do what, before and after.");

const exemption = z.strictObject({
  id: text,
  rule: text,
  scope: text,
  owner: text,
  approver: text.optional(),
  ticket: text,
  expires: text.optional(),
  daysLeft: z
    .number()
    .optional()
    .describe("Whole days left, the one that has begun included; negative: expired."),
  used: z.boolean().describe("Whether a finding of this run passed because of it."),
  isNew: z.boolean().describe("Whether the report compared against did not have it."),
});

const generation = z.strictObject({
  identity: text,
  urn: text,
  name: text,
  generation: z.int().optional(),
  kind: credentialKind,
  thumbprint: text.optional(),
  key: text.optional(),
  validFrom: moment.optional(),
  validUntil: moment.optional(),
  daysLeft: z.number().optional(),
  lifetimeDays: z
    .number()
    .optional()
    .describe("Known before the dates are, of a certificate the update makes."),
  overlapDays: z.number().optional().describe("Days it is valid together with the generation before it."),
  rotationPlanned: z.boolean().describe("Whether a later generation takes over before it ends."),
  state: z.enum(["kept", "added", "removed"]),
});

const identity = z.strictObject({
  name: text,
  urn: text,
  appId: text.optional(),
  portal: text.optional(),
  environment: text,
  privilege: z.enum(["high", "unknown", "standard"]),
  touched: z.boolean().describe("Whether this run changes it or a credential or trust of it."),
  fields: z.array(z.strictObject({ name: text, value: text })),
  storage: z.array(text).describe("Where its private keys are kept."),
  consumers: z.array(text).describe("Who may read them, and what the identity may do."),
  generations: z.array(generation),
  rules: z.array(z.strictObject({ rule: text, result: z.enum(["failed", "passed"]) })),
  source: source.optional(),
});

const notEvaluated = z.strictObject({
  resource: text,
  urn: text.optional(),
  property: text.optional(),
  why: text,
  enforced: text.describe("When it will be decided."),
});

const changedFinding = z.strictObject({ fingerprint: text, rule: text, resource: text, message: text });

const glance = z.strictObject({
  identities: count,
  certificatesAdded: count,
  certificatesRemoved: count,
  certificatesRotated: count,
  federatedAdded: count,
  federatedRemoved: count,
  secretsAdded: count,
  secretsRemoved: count,
  controlsWeakened: count,
  controlsStrengthened: count,
  mandatory: count,
  advisory: count,
  exempt: count,
  exemptExpiringSoon: count.describe("Of the exemptions in use those with 30 days left or less."),
  notEvaluated: count,
  earliestExpiryDays: z.number().optional(),
});

export const reportSchema = z
  .strictObject({
    $schema: text.optional(),
    version: z.literal(REPORT_VERSION),
    key: text.describe("`project/stack`"),
    project: text,
    stack: text,
    projectFile: text.describe(
      "Pulumi.yaml within the repository: what is pointed at where no line is known.",
    ),
    commit: text.optional(),
    run: z.strictObject({ id: text.optional(), attempt: text.optional(), url: text.optional() }),
    generatedAt: moment,
    verdict: z.enum(verdicts),
    sentence: text.describe("The worst of it in one plain sentence, and what is missing beside."),
    blockers: z.array(text).describe("Why the run is blocked whatever the findings: one sentence each."),
    preview: z.strictObject({ state: z.enum(["ok", "failed", "unknown"]), reason: text.optional() }),
    packs: z.array(z.strictObject({ name: text, version: text.optional() })),
    glance,
    findings: z.array(finding),
    credentialChanges: z.array(credentialChange),
    trustChanges: z.array(trustChange),
    exemptions: z.array(exemption),
    horizon: z.strictObject({
      expired: count,
      within30: count,
      within90: count,
      within180: count,
      later: count,
      undated: count.describe("Credentials whose end is not known before the update."),
      next: z.array(generation),
    }),
    notEvaluated: z.array(notEvaluated),
    identities: z.array(identity),
    passed: z.array(z.strictObject({ rule: text, resources: count })),
    privateKeys: z
      .strictObject({
        inState: count,
        inVault: count,
        external: count,
        secretsProvider: text.optional().describe("What encrypts the state."),
      })
      .describe("Private keys of certificates and where they live."),
    versions: z.array(z.strictObject({ name: text, version: text })),
    inputsHash: text.describe("SHA-256 over what was read of the inputs, without order, time and run."),
    fingerprints: z.array(text).describe("Fingerprints of all violations, sorted."),
    fingerprintsHash: text,
    against: z
      .strictObject({
        commit: text.optional(),
        generatedAt: moment,
        verdict: z.enum(verdicts),
        appeared: z.array(changedFinding),
        resolved: z.array(changedFinding),
      })
      .optional()
      .describe("What is different from the report it was compared with."),
    links: z.strictObject({
      run: text.optional(),
      artifact: text.optional(),
      rules: text.optional(),
      exemptions: text.optional(),
    }),
  })
  .describe("The credential review of one stack, as certlock writes it.");

export type Report = z.infer<typeof reportSchema>;
export type Finding = Report["findings"][number];
export type CredentialChange = Report["credentialChanges"][number];
export type TrustChange = Report["trustChanges"][number];
export type ExemptionRow = Report["exemptions"][number];
export type Generation = z.infer<typeof generation>;
export type Identity = Report["identities"][number];
export type NotEvaluated = Report["notEvaluated"][number];
export type Source = z.infer<typeof source>;
