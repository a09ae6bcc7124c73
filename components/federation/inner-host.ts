/** Hosts of one network only: Entra, which comes from the internet, could not ask them for the keys of an issuer. */
import { isIP } from "node:net";
import { checkNetwork } from "../networks";

/** Names no resolver of the internet knows. https://www.iana.org/assignments/special-use-domain-names */
const INNER = /^[^.]+$|\.(?:svc|local|localhost|internal|home\.arpa)$/;

/** Takes a host as `URL.hostname` has it. */
export function isInnerHost(hostname: string): boolean {
  const host = hostname.toLowerCase().replaceAll(/^\[|\]$|\.$/g, "");
  const family = isIP(host);
  return family === 0 ? INNER.test(host) : checkNetwork(`${host}/${family === 4 ? 32 : 128}`) !== undefined;
}
