/** Attributes an organization makes up for its objects: what they are called and what they may hold. */
export interface AttributeSet {
  readonly id: string;
  readonly description: string | null;
  readonly maxAttributesPerSet: number | null;
}

export const ATTRIBUTE_TYPES = ["Boolean", "Integer", "String"] as const;
export type AttributeType = (typeof ATTRIBUTE_TYPES)[number];

export interface AttributeDefinition {
  /** `<attribute set>_<name>`. */
  readonly id: string;
  readonly attributeSet: string;
  readonly name: string;
  readonly description: string | null;
  readonly type: AttributeType;
  readonly isCollection: boolean;
  readonly isSearchable: boolean;
  readonly status: "Available" | "Deprecated";
  readonly usePreDefinedValuesOnly: boolean;
  readonly allowedValues: readonly { readonly id: string; readonly isActive: boolean }[];
}
