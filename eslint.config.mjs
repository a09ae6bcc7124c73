import tseslint from "typescript-eslint";

export default tseslint.config(
  { ignores: ["**/dist/**", "**/node_modules/**"] },
  ...tseslint.configs.strictTypeChecked,
  {
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      // The root of azure-native doubles type-check time and memory of every deployment.
      "no-restricted-imports": [
        "error",
        {
          paths: [
            {
              name: "@pulumi/azure-native",
              message: "Import a sub-path, e.g. @pulumi/azure-native/keyvault.",
            },
          ],
        },
      ],
      // A number in a template literal is what messages are made of.
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
      // `new Resource(...)` for its effect is how a Pulumi program reads.
      "no-new": "off",
      // Dictionary keys of Graph and Pulumi payloads stand in brackets (noPropertyAccessFromIndexSignature).
      "@typescript-eslint/dot-notation": ["error", { allowIndexSignaturePropertyAccess: true }],
    },
  },
  {
    files: ["**/*.mjs", "**/*.js", "**/*.cjs"],
    extends: [tseslint.configs.disableTypeChecked],
    // Programs as users write or compile them, CommonJS among them.
    rules: { "@typescript-eslint/no-require-imports": "off" },
  },
);
