import { randomUUID } from "node:crypto";
import { EchoStore } from "../echo";
import { text } from "../property-readers";
import type { PropertyMap } from "../property-values";
import type { ProviderPackage } from "../provider-package";
import type { ResourceKind } from "../resource-kind";

/** The pulumiservice package: what Pulumi Cloud is told is stored; nothing runs. Schedules are checked as it does. */
export function pulumiservicePackage(): ProviderPackage {
  const echo = new EchoStore();
  return {
    name: "pulumiservice",
    kind: (type) => {
      const isSchedule = type === "pulumiservice:index:DeploymentSchedule";
      const isSettings = type === "pulumiservice:index:DeploymentSettings";
      const kind: ResourceKind = echo.kind(type, {
        newId: (inputs) => {
          if (isSettings) return stackOf(inputs);
          return isSchedule ? `${stackOf(inputs)}/${randomUUID()}` : randomUUID();
        },
      });
      return isSchedule ? { ...kind, check: checkSchedule } : kind;
    },
    invoke: (token) => {
      throw new Error(`The sandbox does not emulate the function ${token}.`);
    },
  };
}

function stackOf(inputs: PropertyMap): string {
  return ["organization", "project", "stack"].map((name) => text(inputs, name) ?? "").join("/");
}

function checkSchedule(inputs: PropertyMap) {
  const given = ["scheduleCron", "timestamp"].filter((name) => inputs[name] !== undefined);
  return given.length === 1
    ? []
    : [
        {
          property: "scheduleCron",
          reason: "One of scheduleCron or timestamp must be specified but not both",
        },
      ];
}
