/** Names of branches and tags, as subjects of tokens spell them. */
import type { Finding } from "../problems";
import { checkName } from "./claims";

/**
 * A branch or tag without the prefix that says which of the two it is.
 * https://git-scm.com/docs/git-check-ref-format
 */
export function checkRef(given: unknown, prefix: "refs/heads/" | "refs/tags/"): Finding | undefined {
  return checkName(given, REF, {
    allowed: `a name Git accepts, without ${prefix}`,
    remedy: `write "main", not "${prefix}main"`,
  });
}

/** Each lookahead is one sentence of Git's rules; the last keeps full references out. */
const REF =
  /^(?!@$)(?!.*(?:\.\.|@\{|\/\/))(?![-/])(?!(?:.*\/)?\.)(?!.*\.lock(?:\/|$))(?!.*[./]$)(?!refs\/)[^\p{C} ~^:?*[\\]{1,255}$/u;
