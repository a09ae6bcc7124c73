/** The rules as test cases: the Tests tab of Azure DevOps, and whatever else reads JUnit. */
import { mustFix } from "../findings";
import type { Finding, Report } from "../report";

export function junit(report: Report): string {
  const cases = [
    ...report.blockers.map((sentence) =>
      element("testcase", { classname: "certlock", name: sentence }, [
        element("error", { message: sentence }),
      ]),
    ),
    ...report.findings.map(caseOf),
    ...report.passed.map(({ rule, resources }) =>
      element("testcase", {
        classname: rule,
        name: `passed by ${resources} resource${resources === 1 ? "" : "s"}`,
      }),
    ),
  ];
  const failures = report.findings.filter(mustFix).length;
  const skipped = report.findings.filter(isSkipped).length;
  const counts = {
    tests: String(cases.length),
    failures: String(failures),
    errors: String(report.blockers.length),
    skipped: String(skipped),
  };
  const suite = element(
    "testsuite",
    { name: report.key, timestamp: report.generatedAt.slice(0, 19), ...counts },
    cases,
  );
  return `<?xml version="1.0" encoding="UTF-8"?>\n${element("testsuites", { name: "certlock", ...counts }, [suite])}\n`;
}

function isSkipped(finding: Finding): boolean {
  return finding.kind === "undecided" || finding.exemption !== undefined;
}

function caseOf(finding: Finding): string {
  const { rule, resource, field, message, severity, exemption, fix, source, fingerprint } = finding;
  const subject = field === undefined ? resource : `${resource}: ${field}`;
  // Two findings about one property are two tests.
  const name = `${subject} [${fingerprint.slice(0, 8)}]`;
  const attributes = {
    classname: rule,
    name,
    ...(source && { file: source.file, line: String(source.line ?? 1) }),
  };
  const lines = [
    message,
    ...fix.map((step) => `Fix: ${step}`),
    ...(source ? [`${source.file}:${source.line ?? 1}`] : []),
  ];
  if (isSkipped(finding))
    return element("testcase", attributes, [
      element("skipped", { message: exemption === undefined ? message : `Exempted by ${exemption}` }),
    ]);
  if (mustFix(finding))
    return element("testcase", attributes, [
      element("failure", { message, type: severity }, [xml(lines.join("\n"))]),
    ]);
  return element("testcase", attributes, [element("system-out", {}, [xml(lines.join("\n"))])]);
}

function element(
  name: string,
  attributes: Readonly<Record<string, string>>,
  children: readonly string[] = [],
): string {
  const written = Object.entries(attributes).map(([key, value]) => ` ${key}="${xml(value)}"`);
  const head = `${name}${written.join("")}`;
  if (children.length === 0) return `<${head}/>`;
  const nested = children.some((child) => child.startsWith("<"));
  return nested ? `<${head}>\n${children.join("\n")}\n</${name}>` : `<${head}>${children.join("")}</${name}>`;
}

/** Only what XML 1.0 allows. */
function xml(text: string): string {
  return text
    .replace(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, "")
    .replace(/&/g, "&amp;")
    .replace(/</g, "&lt;")
    .replace(/>/g, "&gt;")
    .replace(/"/g, "&quot;")
    .replace(/\n/g, "&#10;");
}
