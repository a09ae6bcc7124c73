/** Which resources an exemption is about: a pattern of URNs, or the id of one application. */
import { Property } from "./property";

export interface Scope {
  /** As written. */
  readonly text: string;
  covers(resource: Exemptible): boolean;
  /** Whether it turns out only later in the deployment if the resource is covered. */
  mayCover(resource: Exemptible): boolean;
  /** Whether it can be about a resource of the stack to which this URN belongs. */
  concernsStackOf(urn: string): boolean;
}

export interface Exemptible {
  readonly urn: string;
  readonly properties?: Property;
}

/** Properties in which resources of Entra providers name an application, by its client id or its object id. */
const applicationProperties = [
  "clientId",
  "applicationId",
  "appId",
  "applicationObjectId",
  "objectId",
] as const;

/** A name with stars keeps so many characters of its own, so that it does not stand for everything with an "e". */
const leastLetters = 3;

const guid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** The scope, or what is wrong with it as the end of a sentence about the exemption. */
export function readScope(text: string): Scope | string {
  if (guid.test(text)) {
    const id = text.toLowerCase();
    return {
      text,
      covers: ({ properties }) => namesApplication(properties, id),
      mayCover: ({ properties }) =>
        !namesApplication(properties, id) &&
        applicationProperties.some((name) => properties?.at(name).isUndecided === true),
      concernsStackOf: () => true,
    };
  }
  const parts = text.split("::");
  if (!text.startsWith("urn:pulumi:") || parts.length !== 4) {
    return 'has a scope that is neither an application id nor a URN such as "urn:pulumi:prod::shop::azuread:index/application:Application::legacy-*"';
  }
  const [, , , name = ""] = parts;
  if (name.replaceAll("*", "").length < (name.includes("*") ? leastLetters : 1))
    return `has a scope that names no resource: beside stars its last part needs ${leastLetters} characters`;
  const [stack = "", project = "", types = ""] = parts;
  if (/^\*+$/.test(project) && /^\*+$/.test(types))
    return "has a scope for any type in any project: name the project, the type, or both";
  return {
    text,
    covers: ({ urn }) => {
      const given = partsOf(urn);
      return given.length === 4 && parts.every((part, index) => matches(part, given[index] ?? ""));
    },
    mayCover: () => false,
    concernsStackOf: (urn) => {
      const [itsStack = "", itsProject = ""] = partsOf(urn);
      return matches(stack, itsStack) && matches(project, itsProject);
    },
  };
}

/** Stack, project, types and name; a name may hold the separator itself. */
function partsOf(urn: string): string[] {
  const [stack = "", project = "", types = "", ...name] = urn.split("::");
  return [stack, project, types, name.join("::")];
}

function namesApplication(properties: Property | undefined, id: string): boolean {
  return applicationProperties.some((name) => {
    const text = properties?.at(name).text?.toLowerCase();
    return text === id || text === `/applications/${id}`;
  });
}

/** A star stands for any text. Walks with indexOf, so that a hostile pattern costs linear time for each star. */
function matches(pattern: string, text: string): boolean {
  const [start = "", ...rest] = pattern.split("*");
  const end = rest.pop();
  if (end === undefined) return text === start;
  if (text.length < start.length + end.length || !text.startsWith(start) || !text.endsWith(end)) return false;
  const middle = text.slice(0, text.length - end.length);
  let position = start.length;
  for (const piece of rest) {
    const found = middle.indexOf(piece, position);
    if (found < 0) return false;
    position = found + piece.length;
  }
  return true;
}
