/** How a verdict leaves the pack: the sentence, its level, and what a crash becomes. */
import { EnforcementLevel, ReportViolation } from "@pulumi/policy";
import { PolicyConfigurationError } from "./options";
import { FindingLevel, Report } from "./rule";

/** One finding as the SDK takes it. Without a level it has the one the rule is configured with. */
export interface Finding {
  readonly message: string;
  readonly enforcementLevel?: FindingLevel;
  /** The resource it is about; within a resource rule Pulumi knows. */
  readonly urn?: string;
}

export type Send = (finding: Finding) => void;

/** A decision that crashes is a mandatory violation, whatever level the rule has. */
export function failClosed(rule: string, title: string, send: Send, decide: () => void): void {
  try {
    decide();
  } catch (error) {
    // The text of an unexpected error may quote a value, so it is not passed on.
    const message =
      error instanceof PolicyConfigurationError
        ? error.message
        : `${title} could not be evaluated by rule "${rule}", which counts as a violation; ` +
          "please report this to the maintainers of certlock.";
    send({ message, enforcementLevel: "mandatory" });
  }
}

/** @param title names what is judged and begins the sentence */
export function reporter(level: EnforcementLevel, title: string, send: Send): Report {
  return {
    violation: (predicate) => {
      send({ message: `${title} ${predicate}` });
    },
    advice: (predicate) => {
      send({ message: `${title} ${predicate}`, enforcementLevel: "advisory" });
    },
    undecided: (property) => {
      const reason =
        property.state === "hidden" ? "is encrypted and cannot be read here" : "is not known yet";
      const consequence = level === "advisory" ? "the rule is checked again" : "the rule is enforced";
      const message = `${title} cannot be decided yet: "${property.path}" ${reason}; ${consequence} at update time.`;
      send({ message, enforcementLevel: "advisory" });
    },
  };
}

/**
 * The SDK also takes an object, which lets one finding have its own level; its typings only show the string
 * (`makeReportViolationFun` in its `server.ts`; a test holds on to it).
 */
export function sender(report: ReportViolation): Send {
  return report as unknown as Send;
}
