/** What a review is made from. All of it has been read already: nothing here opens a file or asks a clock. */
import type { PreviewDigest } from "./digest";
import type { EngineEvent } from "./events";
import type { Report } from "./report";

export type { PreviewDigest } from "./digest";
export type { EngineEvent } from "./events";

/** Where the report is going to be read; decides about sizes and addresses. */
export const hosts = ["github", "azure-devops", "gitlab", "bitbucket"] as const;
export type Host = (typeof hosts)[number];

/** What the run knows of itself. The only source of time in a report. */
export interface ReviewContext {
  readonly generatedAt: Date;
  readonly headSha?: string;
  readonly runId?: string;
  readonly runAttempt?: string;
  /** Page of the run's log. */
  readonly runUrl?: string;
  /** Page with the full report (HTML, JSON, SARIF). */
  readonly artifactUrl?: string;
  /** Address of the repository, without a slash at the end, such as `https://github.com/contoso/identities`. */
  readonly repositoryUrl?: string;
  /** Folder of the Pulumi project within the repository; default: the repository itself. */
  readonly sourceRoot?: string;
  readonly pullRequest?: number;
  readonly host?: Host;
  /** Environment of the stack, such as `prod`; default: the name of the stack. */
  readonly environment?: string;
  /** What encrypts the state: the scheme alone, such as `azurekeyvault` or `passphrase`. */
  readonly secretsProvider?: string;
  /**
   * Days a Conditional Access policy may only report before the review says so, from 1.
   * @default 30
   */
  readonly reportOnlyDays?: number;
  /** Tools and their versions, to be listed at the end. */
  readonly versions?: Readonly<Record<string, string>>;
  /** Address of the folder that holds the pages of the rules; default: that of the published ones. */
  readonly rulesUrl?: string;
}

/** One entry of an exemptions file (docs/exemptions.md). */
export interface ExemptionRecord {
  readonly id: string;
  readonly rule: string;
  readonly scope: string;
  readonly owner: string;
  readonly approver?: string;
  readonly ticket: string;
  /** A date, whose day in UTC is included, or a time with its zone; absent where the file has none. */
  readonly expires?: string;
}

/** Something no rule could look at. */
export interface NotEvaluatedItem {
  readonly resource: string;
  readonly urn?: string;
  readonly property?: string;
  readonly why: string;
  readonly enforced: string;
}

export interface ReviewInput {
  readonly stack: { readonly project: string; readonly name: string };
  /** Events of the engine, in any order. The only input that tells whether the pack ran and what it said. */
  readonly events?: readonly EngineEvent[];
  /** `pulumi preview --json`: the only input that tells where the program declares a resource. */
  readonly digest?: PreviewDigest;
  /** How the preview ended as the caller saw it, and why it could not run. */
  readonly preview?: { readonly ok: boolean; readonly reason?: string };
  readonly context: ReviewContext;
  readonly exemptions?: readonly ExemptionRecord[];
  /** What the caller knows beyond the events: unanswered cloud functions, values that could not be decrypted. */
  readonly notEvaluated?: readonly NotEvaluatedItem[];
  /** What of the inputs could not be read: one sentence each. Makes a report that blocks nothing an incomplete one. */
  readonly incomplete?: readonly string[];
  /** Report of an older run, to show what is different. */
  readonly against?: Report;
}
