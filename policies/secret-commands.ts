/**
 * Commands that create a client secret, hand one over, or sign in with one. Data: what people run, how to tell it
 * apart from the same command with a certificate or a federated token, and how to call it in a message.
 *
 * A pattern is looked for in one command at a time. Repetition in it is bounded and nothing spans from a start to an
 * option (`needs` and `unless` are looked for by themselves), so the time is linear in the length of the text.
 */

export interface CommandPattern {
  readonly label: string;
  readonly start: RegExp;
  /** Options without which the command is harmless; looked for behind the start. */
  readonly needs?: readonly RegExp[];
  /** The form of the command that has no secret in it. */
  readonly unless?: RegExp;
  /** The options are looked for in the whole text: its parts may come in any order. */
  readonly anywhere?: boolean;
}

// Between words: blanks in a shell, quotes and commas in a list of arguments.
const gap = `[\\s"',]{1,40}`;

/** A tool with its sub-commands. */
function tool(label: string, command: string, ...needs: readonly (string | RegExp)[]): CommandPattern {
  const start = new RegExp(`(?<![\\w.-])${command.split(" ").join(gap)}(?![\\w-])`, "i");
  return { label, start, needs: needs.map((need) => (typeof need === "string" ? option(need) : need)) };
}

/** An option by one of its names. */
function option(names: string): RegExp {
  return new RegExp(`[\\s"',](?:${names})(?![\\w-])`, "i");
}

/** A PowerShell command; the names of its parameters may be cut short, as PowerShell allows. */
function cmdlet(label: string, names: string, ...needs: readonly string[]): CommandPattern {
  const parameters = needs.map((need) => new RegExp(`[\\s"'{,;](?:${need})`, "i"));
  return { label, start: new RegExp(`(?<![\\w-])(?:${names})(?![\\w-])`, "i"), needs: parameters };
}

function unless(exception: RegExp, pattern: CommandPattern): CommandPattern {
  return { ...pattern, unless: exception };
}

const az = "az(?:\\.cmd|\\.exe)?";
const certificateOption = /[\s"',](?:--create-cert|--cert|--certificate)(?![\w-])/i;
const certificateOrToken =
  /[\s"',]--(?:federated-token|certificate)(?![\w-])|[\s"',](?:-p|--password)[\s"',=]{1,10}[^\s"',]{1,200}(?<=\.(?:pem|crt|cer|pfx))(?!\w)/i;
const certificateParameter = /[\s"'](?:-Cert|-KeyCredential|-CertificateThumbprint|-Federated)/i;

const azureCli: readonly CommandPattern[] = [
  unless(
    /[\s"',](?:--create-cert|--cert|--certificate)(?![\w-])|--create-password[\s"',=]{1,10}false/i,
    tool("az ad sp create-for-rbac", `${az} ad sp create-for-rbac`),
  ),
  unless(certificateOption, tool("az ad app credential reset", `${az} ad (?:app|sp) credential reset`)),
  unless(certificateOption, tool("az ad sp reset-credentials", `${az} ad sp reset-credentials`)),
  tool("az ad app with --password", `${az} ad (?:app|sp) (?:create|update)`, "--password"),
  tool(
    "az ad app with a password key",
    `${az} ad (?:app|sp) (?:create|update)`,
    /--key-type[\s"',=]{1,10}(?:Password|Symmetric)/i,
  ),
  unless(
    // The same command takes them away.
    /--remove[\s"',=]{1,10}passwordCredentials|passwordCredentials[\s"'=]{1,10}\[\s{0,5}\]/i,
    tool(
      "az ad app with passwordCredentials",
      `${az} ad (?:app|sp) (?:create|update)`,
      /passwordCredentials/i,
    ),
  ),
  unless(
    certificateOrToken,
    tool("az login with a client secret", `${az} login`, "--service-principal", "-p|--password|-p\\S{1,200}"),
  ),
  unless(
    /[\s"',]auth[\s"',]{1,40}(?:google|github|facebook|twitter|apple|openid-connect)(?![\w-])/i,
    tool(
      "az with a client secret",
      `${az} [a-z][\\w-]{0,40}`,
      "--(?:aad-|sp-|microsoft-|azure-|provider-)?(?:client-secret|server-app-secret)(?:-value)?|--service-principal-(?:key|secret|password)|--spn-(?:key|secret|password)|--sp-(?:key|secret|password)|--app-secret|--application-secret|--principal-secret",
    ),
  ),
];

const otherTools: readonly CommandPattern[] = [
  tool(
    "a registry sign-in as a service principal",
    "(?:docker|podman|nerdctl|buildah|skopeo|crane|oras|helm registry|az acr) login",
    /\.azurecr\.(?:io|cn|us)|acr login/i,
    /[\s"',](?:-u|--username)[\s"',=]{0,10}[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}/i,
    "-p|--password|--password-stdin",
  ),
  tool("azd auth login with a client secret", "azd auth login", "--client-secret"),
  tool(
    "azd pipeline config with client credentials",
    "azd pipeline config",
    /--auth-type[\s"',=]{1,10}client-credentials/i,
  ),
  tool("kubelogin with a client secret", "kubelogin", "--client-secret"),
  tool("m365 app with a secret", "m365 (?:aad|entra) app (?:add|set)", "--withSecret"),
  tool("m365 login with a secret", "m365 login", "--secret"),
  tool("pac auth create with a client secret", "pac auth create", "--clientSecret|-cs"),
  tool("pac admin create-service-principal", "pac admin create-service-principal"),
  unless(
    /--certificate|--federated-token/i,
    tool("fab auth login with a client secret", "fab auth login", "-p|--password"),
  ),
  tool(
    "terraform with a client secret",
    "(?:terraform|tofu|terragrunt|packer)",
    /\b(?:arm_|azure_|aad_|sp_)?client_secret\s{0,5}=/i,
  ),
  tool(
    "pulumi config set of a client secret",
    "pulumi config set",
    /(?:azure-native|azuread|azure|azuredevops|azapi|microsoft365|fabric):clientSecret/i,
  ),
  tool(
    "a sign-in with a client secret",
    "(?:rclone|databricks|velero|restic|argocd|flux|mssql-cli|powerbi)",
    "--azure-client-secret|--azureblob-client-secret",
  ),
  unless(
    /--certificate-path/i,
    tool("azcopy login as a service principal", "azcopy login", "--service-principal"),
  ),
  unless(
    /--azure-rm-service-principal-certificate-path|WorkloadIdentityFederation|--service-endpoint-configuration/i,
    tool("a service connection with a client secret", `${az} devops service-endpoint azurerm create`),
  ),
  tool("mgc add-password", "mgc(?:-beta)? [a-z][\\w-]{0,40}(?: by-[a-z-]{1,40})? add-password"),
  unless(
    /\.(?:pfx|pem)/i,
    tool("sqlcmd as a service principal", "sqlcmd", /ActiveDirectoryServicePrincipal/i),
  ),
];

const powerShell: readonly CommandPattern[] = [
  unless(
    certificateParameter,
    cmdlet(
      "New-AzADAppCredential",
      "(?:New|Add)-Az(?:ureRm)?AD(?:App|Sp|ServicePrincipal|Application)(?:Password)?(?:Credential)",
    ),
  ),
  unless(
    /[\s"'](?:-Cert|-KeyCredential|-ApplicationId|-AppId|-ApplicationObject)/i,
    cmdlet("New-AzADServicePrincipal", "New-Az(?:ureRm)?ADServicePrincipal"),
  ),
  cmdlet(
    "an Az application with a password",
    "(?:New|Update|Set)-Az(?:ureRm)?AD(?:Application|ServicePrincipal)",
    "-Password|-SecurePassword",
  ),
  cmdlet(
    "New-AzureADApplicationPasswordCredential",
    "(?:New|Add|Set)-AzureAD(?:MS)?(?:Application|ServicePrincipal)Password(?:Credential)?",
  ),
  cmdlet(
    "an AzureAD application with passwords",
    "(?:New|Set)-AzureAD(?:MS)?(?:Application|ServicePrincipal)",
    "-PasswordCredential",
  ),
  unless(
    /-Type[\s"':]{1,10}Asymmetric/i,
    cmdlet("New-MsolServicePrincipalCredential", "New-MsolServicePrincipal(?:Credential)?"),
  ),
  cmdlet(
    "Add-MgApplicationPassword",
    "(?:Add|New|Set)-Mg(?:Beta)?(?:Application|ServicePrincipal)Password(?:Credential)?",
  ),
  cmdlet(
    "a Graph application with passwords",
    "(?:New|Update|Set)-Mg(?:Beta)?(?:Application|ServicePrincipal)",
    "-?PasswordCredential",
  ),
  cmdlet(
    "New-EntraApplicationPassword",
    "(?:New|Add|Set)-Entra(?:Beta)?(?:Application|ServicePrincipal)Password(?:Credential)?",
  ),
  cmdlet(
    "an Entra application with passwords",
    "(?:New|Set|Update)-Entra(?:Beta)?(?:Application|ServicePrincipal)",
    "-?PasswordCredential",
  ),
  unless(
    certificateParameter,
    cmdlet(
      "Connect-AzAccount with a client secret",
      "(?:Connect|Login|Add)-Az(?:ureRm)?Account",
      "-ServicePrincipal",
      "-Cred",
    ),
  ),
  cmdlet(
    "a Graph session with a client secret",
    "Connect-(?:MgGraph|MgBetaGraph|Entra|MSGraph|Graph)",
    "-ClientSecret",
  ),
  cmdlet(
    "a SharePoint session with a client secret",
    "Connect-(?:PnPOnline|SPOService|PnPMicrosoftGraph)",
    "-(?:Client|App)Secret",
  ),
  cmdlet(
    "a Power BI session with a client secret",
    "(?:Connect|Login)-PowerBI(?:ServiceAccount)?",
    "-ServicePrincipal",
    "-Cred",
  ),
  cmdlet(
    "a sign-in with a client secret",
    "Add-PowerAppsAccount|Get-CrmConnection|Connect-Crm\\w{0,40}|Get-DataverseConnection|Get-M[sS]\\w{0,20}Token|Get-\\w{0,20}(?:AAD|AzureAD|Graph|Entra|Azure)\\w{0,10}Token|New-Msal\\w{0,40}|Connect-M365\\w{0,20}|Connect-ZTAssessment",
    "-(?:Client|App)Secret",
  ),
];

const graphCalls: readonly CommandPattern[] = [
  {
    label: "a symmetric key sent to Microsoft Graph",
    start: /graph\.(?:microsoft|windows)\.(?:com|net|us)[^\s"']{1,200}(?:applications|servicePrincipals)/i,
    needs: [/keyCredentials/i, /type["'\s\\:=]{1,10}Symmetric/i],
  },
  // the action of a resource of the Microsoft Graph provider
  {
    label: "addPassword of Microsoft Graph",
    start: /^\s{0,9}(?:microsoft\.graph\.)?addPassword\s{0,9}$/i,
  },
  { label: "addPassword of Microsoft Graph", start: /\/(?:microsoft\.graph\.)?addPassword(?!\w)/i },
  {
    label: "addPassword of Microsoft Graph",
    start: /\.add_?password(?:\.post)?\s{0,10}\(|\.AddPassword\s{0,10}[.(]/i,
  },
  {
    label: "passwordCredentials sent to Microsoft Graph",
    start: /graph\.(?:microsoft|windows)\.(?:com|net|us)[^\s"']{1,200}(?:applications|servicePrincipals)/i,
    needs: [/passwordCredentials["'\s]{0,5}[:=]/i],
    unless: /--method[\s"',=]{1,10}get\b|-Method[\s"':]{1,10}GET\b/i,
  },
];

/** Looked for in each command by itself. */
export const commandPatterns: readonly CommandPattern[] = [
  ...azureCli,
  ...otherTools,
  ...powerShell,
  ...graphCalls,
];

/** Declarations in other languages for infrastructure and in Pulumi's own; looked for in a text as a whole. */
export const declarationPatterns: readonly CommandPattern[] = [
  {
    label: "ClientSecretCredential of the Azure SDKs",
    start: /(?:\bNew|\b)ClientSecretCredential\(\s{0,9}[^\s)]/,
    // Code that is told where the secret is by whoever runs it.
    unless:
      /ClientSecretCredential\([^()]{0,300}(?:environ|getenv|process\.env|Environment|config|settings|options)/i,
  },
  {
    label: "a client secret for MSAL",
    start:
      /\bclient_credential\s{0,9}=\s{0,9}["'][^"']|\.WithClientSecret\(\s{0,9}[^\s)]|\bClientCredentialFactory\.createFromSecret\(/,
  },
  {
    label: "passwordCredentials sent to Microsoft Graph",
    start: /\bpasswordCredentials["'\s]{0,5}[:=]{1,2}\s{0,9}(?:@\(|\[|@\{|\{)\s{0,9}[^\s\])}]/i,
    needs: [
      /graph\.(?:microsoft|windows)\.(?:com|net|us)[^\s"']{1,200}(?:applications|servicePrincipals)/i,
      /method[\s"':=,]{1,10}(?:post|patch|put)|\.(?:post|patch|put)\(/i,
    ],
    anywhere: true,
  },
  {
    label: "a password of an application by Crossplane",
    start:
      /apiVersion:\s{0,9}["']?[\w.]{0,60}azuread\.[\w.]{1,60}\/\w{1,20}["']?\s{1,60}kind:\s{0,9}["']?Password\b/,
  },
  { label: "azuread_application_password", start: /\bazuread_(?:application|service_principal)_password\b/ },
  {
    label: "azuread.ApplicationPassword",
    start: /\b(?:azuread|ad)\.(?:New)?(?:Application|ServicePrincipal)Password\s{0,10}\(/i,
  },
  {
    label: "azuread:ApplicationPassword",
    start: /\bazuread:(?:index[/:])?(?:\w{1,40}:)?(?:Application|ServicePrincipal)Password\b/,
  },
];

/** Whether a text can hold any of these at all: most texts are done with here. */
export const worthLooking =
  /\b(?:az|azd|mgc|pac|m365|fab|kubelogin|terraform|tofu|terragrunt|packer|pulumi|azcopy|rclone|databricks|velero|sqlcmd)\b|-(?:Az|Mg|Entra|Msol|PnP|SPO|PowerBI|PowerApps|Msal|MSGraph|M365|Graph|Crm|AAD|Dataverse|ZT)|add[_-]?password|passwordCredentials|azuread|ClientSecret|client_credential|createFromSecret|keyCredentials|\.azurecr\./i;
