import type { Sandbox } from "./sandbox";

/** How the environment to export is written: for a POSIX shell, for PowerShell, or as one line of JSON. */
export const FORMATS = ["sh", "pwsh", "json"] as const;
export type Format = (typeof FORMATS)[number];

export function isFormat(text: string): text is Format {
  return (FORMATS as readonly string[]).includes(text);
}

const NOTICE = "certlock sandbox. For tests and demonstrations: it is not a security boundary.";
/** Reached directly: what is needed to get at the registry stays in place for other hosts. */
const NO_PROXY = "localhost,127.0.0.1";

/** What `certlock sandbox` prints once its doors are open. */
export function environmentText(sandbox: Sandbox, format: Format): string {
  const environment = sandbox.environment();
  const { loginUrl, graphUrl, vaultUrl, resourceManagerUrl, vaultSuffix, tunnelUrl } = sandbox;
  if (format === "json") {
    const urls = {
      loginUrl,
      graphUrl,
      vaultUrl,
      resourceManagerUrl,
      issuerUrl: sandbox.issuers.url,
      tunnelUrl,
    };
    return `${JSON.stringify({ notice: NOTICE, ...urls, vaultSuffix, environment, noProxy: NO_PROXY.split(",") })}\n`;
  }
  const entries = Object.entries(environment);
  const proxies = ["NO_PROXY", "no_proxy"];
  const lines =
    format === "sh"
      ? [
          ...entries.map(([name, value]) => `export ${name}=${shellQuoted(value)}`),
          ...proxies.map((name) => `export ${name}="\${${name}:+$${name},}${NO_PROXY}"`),
        ]
      : [
          ...entries.map(([name, value]) => `$env:${name} = ${powerShellQuoted(value)}`),
          // PowerShell's environment knows no case on Windows; one name is enough there and elsewhere.
          `$env:NO_PROXY = (@($env:NO_PROXY, '${NO_PROXY}') | Where-Object { $_ }) -join ','`,
        ];
  return [
    `# ${NOTICE}`,
    ...lines,
    `# login ${loginUrl}  graph ${graphUrl}  vault ${vaultUrl}`,
    `# arm ${resourceManagerUrl}  issuer ${sandbox.issuers.url}  tunnel ${tunnelUrl}`,
    "# ready",
    "",
  ].join("\n");
}

/** A value a POSIX shell reads back unchanged. */
function shellQuoted(value: string): string {
  return `'${value.replaceAll("'", `'\\''`)}'`;
}

/** A value PowerShell reads back unchanged. */
function powerShellQuoted(value: string): string {
  return `'${value.replaceAll("'", "''")}'`;
}
