/**
 * Which names may be printed. Names of properties are public, but keys of maps may be anything, a secret included: so
 * only those are shown that read like names, which is to say made of words, and what has another look is left out.
 */

const leftOut = "(name left out)";
const maxLength = 80;

/** A name as it may stand in a message. */
export function printed(name: string): string {
  return name.length <= maxLength && /^[\w$@/.:-]+$/.test(name) && isMadeOfWords(name) ? name : leftOut;
}

function isMadeOfWords(name: string): boolean {
  const parts = name.split(/[^A-Za-z0-9]+/).filter((part) => part !== "");
  return parts.every(isWords);
}

/** `clientSecret2`, `OAuth2Token`, `v1beta1`, `20230701`; but not `Sup3rS3cret`, in which digits stand for letters. */
function isWords(part: string): boolean {
  if (/^\d{1,8}$/.test(part) || shortName.test(part)) return true;
  const words = part
    .replace(/([a-z0-9])([A-Z])/g, "$1 $2")
    .replace(/([A-Z])([A-Z][a-z])/g, "$1 $2")
    .split(" ");
  if (!words.every((word) => /^[A-Za-z]{1,24}\d{0,3}$/.test(word) || shortName.test(word))) return false;
  // Letters at random change between small and capital ones all the time.
  return words.length < 4 || part.length >= 3 * words.length;
}

/** Names of products and versions that have a digit between their letters. */
const shortName =
  /^(?:(?:ad)?b2[bc]|[a-z]\d{1,3}[a-z]{1,2}|v\d{1,2}(?:alpha|beta)\d{1,2}|[a-z]{1,6}\d{1,2}[a-z]{2,12})$/i;
