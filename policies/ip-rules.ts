/** Addresses a firewall lets in, and which of them are too many. */
import { Property } from "./property";

/** Two ranges of /1 are every address; nobody but a registry owns more than a /8. */
const widestPrefix = 8;
export const widestRange = `/${widestPrefix}`;

/** The address of a rule: Azure Native has objects with a value, the classic provider plain strings. */
export function addressOf(rule: Property): Property {
  return rule.text === undefined ? rule.at("value") : rule;
}

export function isTooWide(address: Property): boolean {
  const prefix = /\/(\d+)\s*$/.exec(address.text ?? "")?.[1];
  return prefix !== undefined && Number(prefix) < widestPrefix;
}
