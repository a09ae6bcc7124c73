import { ArmError } from "../vault/arm-error";
import type { Declared } from "./monitoring-store";

// Readers of what was declared; a value of another type reads as absent.

export function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}

export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? (value as readonly unknown[]) : [];
}

export function objectOf(value: unknown): Declared {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Declared) : {};
}

export function badRequest(code: string, message: string): ArmError {
  return new ArmError(400, code, message);
}

/** Minutes of an ISO 8601 duration of days, hours and minutes; NaN for anything else. */
export function minutesOf(value: unknown): number {
  const [whole, days = "0", hours = "0", minutes = "0"] =
    /^P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?)?$/.exec(textOf(value)) ?? [];
  if (whole === undefined || /^P$|T$/.test(whole)) return Number.NaN;
  return Number(days) * 1440 + Number(hours) * 60 + Number(minutes);
}
