/**
 * The packages of the sandbox that know more than an echo: each is loaded when the engine first speaks of one of its
 * types, for they are large, and most programs use one or two.
 */
import type { ProviderPackage } from "../../sandbox/providers/provider-package";
import type { Tenant } from "../../sandbox/tenant/tenant";

export type EmulationName = "azuread" | "azure-native" | "tls";

/** Names of packages, and how to load them. */
export type Emulations = ReadonlyMap<string, () => Promise<ProviderPackage>>;

export function emulations(now: () => Date): Emulations {
  const tenant = once(async (): Promise<Tenant> => {
    const { Tenant } = await import("../../sandbox/tenant/tenant.js");
    return new Tenant({ clock: now });
  });
  return new Map<EmulationName, () => Promise<ProviderPackage>>([
    [
      "azuread",
      once(async () => {
        const { azureadPackage } = await import("../../sandbox/providers/azuread/package.js");
        return azureadPackage(await tenant());
      }),
    ],
    [
      "azure-native",
      once(async () => {
        const { azureNativePackage } = await import("../../sandbox/providers/azure-native/package.js");
        return azureNativePackage(await tenant());
      }),
    ],
    [
      "tls",
      once(async () => {
        const { tlsPackage } = await import("../../sandbox/providers/tls/package.js");
        return tlsPackage(now);
      }),
    ],
  ]);
}

function once<Value>(load: () => Promise<Value>): () => Promise<Value> {
  let loading: Promise<Value> | undefined;
  return () => (loading ??= load());
}
