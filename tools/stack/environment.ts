import { join } from "node:path";

/**
 * The environment of an engine run that touches nothing but the given folder: no account, no update check, no
 * plugin download, state in files. Every ARM_, AZURE_ and PULUMI_ variable of the caller is blanked first, so
 * that a developer's own sign-in neither leaks into the run nor changes its result.
 */
export function isolatedEnvironment(
  folder: string,
  passphrase: string,
  caller: Readonly<Record<string, string | undefined>>,
): Record<string, string> {
  const blanked = Object.keys(caller).filter((name) => /^(ARM|AZURE|PULUMI|CERTLOCK)_/.test(name));
  return {
    ...Object.fromEntries(blanked.map((name) => [name, ""])),
    PULUMI_HOME: join(folder, "home"),
    PULUMI_BACKEND_URL: `file://${join(folder, "state")}`,
    PULUMI_CONFIG_PASSPHRASE: passphrase,
    PULUMI_SKIP_UPDATE_CHECK: "true",
    PULUMI_SKIP_CONFIRMATIONS: "true",
    PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
    PULUMI_DISABLE_REGISTRY_RESOLVE: "true",
    PULUMI_DIY_BACKEND_DISABLE_CHECKPOINT_BACKUPS: "true",
  };
}
