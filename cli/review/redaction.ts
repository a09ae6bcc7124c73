/** The last look at everything that leaves: what has the shape of a secret, or is marked as one, stops it. */
import { clean } from "./clean-text";
import { secretTexts, textsWithin } from "./values";

/** Nothing was printed, because something in it looks like a secret. Says what shape, never what text. */
export class RedactionError extends Error {
  readonly code = "REVIEW_REDACTION";

  constructor(readonly shapes: readonly string[]) {
    super(
      `Nothing is printed: the report would hold ${shapes.join(" and ")}. Take it out of names, rule messages and ` +
        "configuration, and rotate it: it is in the input of this command in plain text.",
    );
    this.name = "RedactionError";
  }
}

/** A secret shorter than this is a common word, and every report would hold it. */
const SHORTEST_SECRET = 8;

/** What stands in place of the rest of a text that was too long: with it a secret may be cut to a few characters. */
const CUT = "…";

const SHAPES: readonly { readonly name: string; readonly pattern: RegExp }[] = [
  { name: "a PEM private key", pattern: /-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY|PRIVATE KEY-----/ },
  { name: "a PEM block", pattern: /-----BEGIN [A-Z0-9 ]{1,40}-----/ },
  { name: "a JSON web token", pattern: /\beyJ[\w-]{5,}\.(?:[\w-]{8,}\.[\w-]*|[\w-]+(?:\.[\w-]*)?…)/ },
  // Three characters, a mark (today "8Q~", earlier "7Q~"), then 31 to 34 characters.
  { name: "a client secret of Entra", pattern: /[\w~.-]{3}[0-9]Q~(?:[\w~.-]{12,}|[\w~.-]+…)/ },
  { name: "a PFX file in base64", pattern: /\bMI[I-K][A-Za-z0-9+/]{2,3}(?:AgED|IBAzC)[A-Za-z0-9+/]{20,}/ },
  { name: "key material in base64", pattern: /\bMI[I-K][A-Za-z0-9+/\\]{200,}/ },
  { name: "a shared access signature", pattern: /[?&;]sig=(?:[A-Za-z0-9%+/_-]{20,}|[A-Za-z0-9%+/_-]+…)/i },
  {
    name: "an account key",
    pattern: /(?:AccountKey|SharedAccessKey)=(?:[A-Za-z0-9+/]{20,}|[A-Za-z0-9+/]+…)/i,
  },
];

/** Texts the inputs of a report, or of a plan, mark as secret. Not part of it, so that no rendering can show them. */
const marked = new WeakMap<object, ReadonlySet<string>>();

/** Remembers what must never be printed with a report. */
export function guard(report: object, inputs: readonly unknown[]): void {
  const found = new Set<string>();
  for (const input of inputs) secretTexts(input, found);
  // As it is, and as a text of a report has it: on one line, without what cannot be seen.
  const forms = [...found].flatMap((text) => [text, clean(text, text.length + 1)]);
  marked.set(report, new Set(forms.filter((text) => text.trim().length >= SHORTEST_SECRET)));
}

/** Whether a text holds a secret, or as much of its beginning as was left when the text was cut. */
function holds(text: string, secret: string): boolean {
  if (text.includes(secret)) return true;
  if (!text.includes(CUT)) return false;
  const beginning = secret.slice(0, SHORTEST_SECRET);
  return text
    .split(CUT)
    .slice(0, -1)
    .some((part) => {
      const start = part.lastIndexOf(beginning);
      return start >= 0 && secret.startsWith(part.slice(start));
    });
}

/**
 * Lets a text pass that holds nothing secret.
 *
 * @param body what is going to be printed or written
 * @throws RedactionError with the names of all shapes found
 */
export function scanned(body: string, report: object): string {
  const texts = [body, unescaped(body), ...textsWithin(report, new Set())];
  const shapes = SHAPES.filter(({ pattern }) => texts.some((text) => pattern.test(text))).map(
    ({ name }) => name,
  );
  const secrets = [...(marked.get(report) ?? [])];
  if (secrets.some((secret) => texts.some((text) => holds(text, secret))))
    shapes.push("a value marked as secret");
  if (shapes.length > 0) throw new RedactionError(shapes);
  return body;
}

/** As a reader sees it: without the escapes of Markdown, HTML, XML and JSON. */
function unescaped(body: string): string {
  return body
    .replace(
      /&(?:#(\d{1,7})|#x([0-9a-f]{1,6})|amp|lt|gt|quot|apos);/gi,
      (entity, decimal?: string, hex?: string) => {
        const point =
          decimal === undefined ? (hex === undefined ? undefined : parseInt(hex, 16)) : Number(decimal);
        if (point !== undefined) return point <= 0x10ffff ? String.fromCodePoint(point) : "";
        return (
          { "&amp;": "&", "&lt;": "<", "&gt;": ">", "&quot;": '"', "&apos;": "'" }[entity.toLowerCase()] ??
          entity
        );
      },
    )
    .replace(/\\([!-/:-@[-`{-~])/g, "$1")
    .replace(/[\u2060\u200b]/g, "");
}
