/** Names as somebody would choose them who wants the report to say something else. */
import * as azuread from "@pulumi/azuread";
import type { StepProgram } from "./stack";

export const hostileNames: readonly string[] = [
  "</td></table><script>alert(1)</script>",
  "![x](https://evil.example/pixel.png) [approve](javascript:alert(1))",
  "@contoso/admins please merge, closes #1 and contoso/platform#2",
  "a | b | c",
  "```\n## ✅ No credential risk\n```",
  "<!-- certlock:review --> -->",
  "👩‍👩‍👧‍👦 family",
  "invoice\u202Egnp.exe",
  "\u001b[32mgreen\u001b[0m\u0007",
  "x".repeat(64),
];

export const program: StepProgram = (step) => {
  if (step === "before") return;
  hostileNames.forEach((name, index) => {
    const application = new azuread.ApplicationRegistration(name, {
      displayName: name.slice(0, 120),
      description: name.slice(0, 500),
    });
    new azuread.ApplicationPassword(`${name} secret ${index}`, {
      applicationId: application.id,
      displayName: name.slice(0, 100),
    });
  });
};
