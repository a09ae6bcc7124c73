/** Tags of a vault and its secrets: whoever finds a credential learns whom to ask and how it is renewed. */
import type * as pulumi from "@pulumi/pulumi";
import { readEntries } from "./given-options";
import { checkText } from "./names";
import { describeGiven, type Problems } from "./problems";

export interface VaultTagArgs {
  /**
   * Who answers for the credentials: a team, a mailbox or a ticket queue, at most 256 characters. Tag `owner`.
   * @default - no such tag
   */
  readonly owner?: string;
  /**
   * How the credentials are renewed, at most 256 characters, for example "every 60 days, by the identities
   * pipeline". Tag `rotation`.
   * @default "by deployment"
   */
  readonly rotation?: string;
  /**
   * Further tags of the vault and of each secret, at most 10. Names of tags are no place for secrets, nor are values.
   * @default - none
   */
  readonly tags?: Readonly<Record<string, string>>;
}

export type Tags = Readonly<Record<string, pulumi.Input<string>>>;

/** Tags a secret carries at most: https://learn.microsoft.com/azure/key-vault/secrets/about-secrets#secret-tags */
const SECRET_TAGS = 15;

/** What is ours: on the vault the first two, on a secret all of them. */
const OWN_TAGS = ["owner", "rotation", "generation", "rotates-on", "thumbprint-sha256"] as const;

/** https://learn.microsoft.com/azure/azure-resource-manager/management/tag-resources#limitations */
const NAME_CHARACTERS = 512;
const VALUE_CHARACTERS = 256;
const FORBIDDEN_IN_NAMES = /[<>%&\\?/]|^(?:microsoft|azure|windows)/i;

/** The tags the vault and all its secrets have in common. */
export function tagsOf({ owner, rotation, tags }: VaultTagArgs): Tags {
  return { ...tags, ...(owner === undefined ? {} : { owner }), rotation: rotation ?? "by deployment" };
}

export function checkTags({ owner, rotation, tags = {} }: VaultTagArgs, problems: Problems): void {
  if (owner !== undefined)
    problems.add("owner", checkText(owner, VALUE_CHARACTERS, "name a team or mailbox"));
  if (rotation !== undefined)
    problems.add("rotation", checkText(rotation, VALUE_CHARACTERS, "say how often and by whom"));
  const most = SECRET_TAGS - OWN_TAGS.length;
  const entries = readEntries("tags", tags, problems) ?? [];
  if (entries.length > most) {
    problems.add("tags", {
      code: "too-many",
      given: String(entries.length),
      allowed: `at most ${most} tags: Key Vault takes ${SECRET_TAGS} on a secret, ${OWN_TAGS.length} are certlock's own`,
      remedy: "leave out those that hold for the resource group already",
    });
  }
  const seen = new Set<string>(OWN_TAGS);
  for (const [name, value] of entries) {
    const at = `tags[${describeGiven(name)}]`;
    problems.add(at, checkText(name, NAME_CHARACTERS, "name the tag"));
    if (FORBIDDEN_IN_NAMES.test(name)) {
      problems.add(at, {
        code: "invalid-name",
        given: describeGiven(name),
        allowed: "a name without < > % & \\ ? / that does not start with microsoft, azure or windows",
        remedy: "choose another name",
      });
    }
    if (seen.has(name.toLowerCase())) {
      problems.add(at, {
        code: "duplicate",
        given: describeGiven(name),
        allowed: `each name once, in whatever case, and none of ${OWN_TAGS.join(", ")}`,
        remedy: 'choose another name; for the owner and the rotation use the options "owner" and "rotation"',
      });
    }
    seen.add(name.toLowerCase());
    problems.add(at, checkText(value, VALUE_CHARACTERS, "give the tag a value"));
  }
}
