/** Whom to ask about an application, where its code lies, and who wanted it: written where every administrator looks. */
import { checkText } from "./names";
import { describeGiven, type Finding, type Problems } from "./problems";

export interface ApplicationContact {
  /** The team that answers for the application, 1 to 128 characters. */
  readonly team: string;
  /** Address of the repository that declares it: https, without user name and password. */
  readonly repository: string;
  /** The ticket or request it was approved with, number or address, 1 to 256 characters. */
  readonly ticket: string;
  /**
   * Its entry in the service or asset management, such as ServiceNow, 1 to 256 characters. Some tenants demand it.
   * @default - none
   */
  readonly serviceReference?: string;
}

/**
 * Longest notes, in characters. Graph documents the limit for service principals, and none for registrations; the admin
 * center shows both in the same place. https://learn.microsoft.com/graph/api/resources/serviceprincipal#properties
 */
export const NOTES_CHARACTERS = 1024;

/** What stands in the notes: one line for each fact, in an order that does not depend on the program. */
export function notesOf(
  contact: ApplicationContact | undefined,
  privileges: readonly { readonly role: string; readonly reason: string }[],
): string | undefined {
  const lines = [
    ...(contact === undefined
      ? []
      : [`Owner: ${contact.team}`, `Repository: ${contact.repository}`, `Ticket: ${contact.ticket}`]),
    ...privileges
      .map(({ role, reason }) => `Privilege ${role}: ${reason}`)
      .sort((left, right) => (left < right ? -1 : 1)),
  ];
  return lines.length === 0 ? undefined : lines.join("\n");
}

export function checkContact(at: string, contact: ApplicationContact, problems: Problems): void {
  problems.add(`${at}.team`, checkText(contact.team, 128, "name the team that answers for the application"));
  problems.add(`${at}.repository`, checkRepository(contact.repository));
  problems.add(
    `${at}.ticket`,
    checkText(contact.ticket, 256, "name the ticket the application was approved with"),
  );
  if (contact.serviceReference === undefined) return;
  problems.add(
    `${at}.serviceReference`,
    checkText(contact.serviceReference, 256, "name the entry in the service management, or leave it out"),
  );
}

/** The notes as a whole: contact and reasons together must fit. */
export function checkNotes(notes: string | undefined): Finding | undefined {
  if (notes === undefined || notes.length <= NOTES_CHARACTERS) return undefined;
  return {
    code: "too-long",
    given: `notes of ${notes.length} characters, made of contact and of the reasons in graphRoles`,
    allowed: `at most ${NOTES_CHARACTERS} characters together`,
    remedy: "shorten the reasons, and say the rest in the ticket",
  };
}

function checkRepository(given: unknown): Finding | undefined {
  const finding = checkText(given, 256, "name the repository that declares the application");
  if (finding !== undefined) return finding;
  // The parser alone takes addresses without slashes and with spaces, which nobody can open from the notes.
  const text = String(given);
  const url = /^https:\/\/\S+$/.test(text) && URL.canParse(text) ? new URL(text) : undefined;
  if (url?.username === "" && url.password === "") return undefined;
  return {
    code: "invalid-text",
    // An address with a password in it must not be repeated.
    ...(String(given).includes("@") ? {} : { given: describeGiven(given) }),
    allowed: "an https address without user name and password",
    remedy: 'write "https://github.com/contoso/platform"',
  };
}
