import { isZero } from "../property-readers";
import { isList, isMap, type PropertyMap } from "../property-values";
import type { Fields } from "../fields";

/** The tags by which Entra knows how to show an application: [today's name, the old name, tag]. */
const FEATURES = [
  ["customSingleSignOn", "customSingleSignOnApp", "WindowsAzureActiveDirectoryCustomSingleSignOnApplication"],
  ["enterprise", "enterpriseApplication", "WindowsAzureActiveDirectoryIntegratedApp"],
  ["gallery", "galleryApplication", "WindowsAzureActiveDirectoryGalleryApplicationNonPrimaryV1"],
] as const;
const HIDE = "HideApp";

export const FEATURE_TAG_FIELDS: Fields = {
  customSingleSignOn: { type: "flag" },
  enterprise: { type: "flag" },
  gallery: { type: "flag" },
  hide: { type: "flag" },
};

export const OLD_FEATURE_FIELDS: Fields = {
  customSingleSignOnApp: { type: "flag" },
  enterpriseApplication: { type: "flag" },
  galleryApplication: { type: "flag" },
  visibleToUsers: { type: "flag", default: true },
};

/** The tags to send: those of the feature block when there is one, else the declared tags, else those there are. */
export function declaredTags(inputs: PropertyMap, state: PropertyMap | undefined): string[] {
  const block = firstBlock(inputs["featureTags"]) ?? firstBlock(inputs["features"]);
  if (block) {
    return [
      ...FEATURES.filter(([name, oldName]) => !isZero(block[name]) || !isZero(block[oldName])).map(
        ([, , tag]) => tag,
      ),
      ...(block["hide"] === true || block["visibleToUsers"] === false ? [HIDE] : []),
    ];
  }
  const tags = inputs["tags"] ?? state?.["tags"];
  return isList(tags) ? tags.filter((tag) => typeof tag === "string") : [];
}

export function featureTags(tags: readonly string[]): PropertyMap {
  const has = (tag: string): boolean => tags.some((each) => each.toLowerCase() === tag.toLowerCase());
  return {
    ...Object.fromEntries(FEATURES.map(([name, , tag]) => [name, has(tag)])),
    hide: has(HIDE),
  };
}

export function oldFeatures(tags: readonly string[]): PropertyMap {
  const has = (tag: string): boolean => tags.some((each) => each.toLowerCase() === tag.toLowerCase());
  return {
    ...Object.fromEntries(FEATURES.map(([, oldName, tag]) => [oldName, has(tag)])),
    visibleToUsers: !has(HIDE),
  };
}

function firstBlock(value: PropertyMap[string]): PropertyMap | undefined {
  const first = isList(value) ? value[0] : undefined;
  return isMap(first) ? first : undefined;
}
