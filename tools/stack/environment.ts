import { join } from "node:path";

/** The environment of an engine run that touches nothing but the given folder: no account, no download, state in files. */
export function offlineEnvironment(folder: string, passphrase: string): Record<string, string> {
  return {
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

const LOOPBACK = ["localhost", "127.0.0.1", "::1"];

/**
 * Takes out of a process's environment what would leak into runs on the sandbox or change their result: the sign-in
 * and Pulumi settings of the person who started it. Neither the Automation API nor a child can unset a variable, so it
 * is done here, once, at the start. Proxies stay, but not for the loopback interface.
 */
export function isolateProcess(environment: NodeJS.ProcessEnv): void {
  for (const name of Object.keys(environment)) {
    if (/^(ARM|AZURE|PULUMI|CERTLOCK)_/.test(name)) Reflect.deleteProperty(environment, name);
  }
  for (const name of ["NO_PROXY", "no_proxy"]) {
    const given = environment[name]?.split(",") ?? [];
    environment[name] = [...new Set([...given, ...LOOPBACK])].filter((host) => host !== "").join(",");
  }
}
