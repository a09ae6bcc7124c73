/**
 * Words by which names and surroundings tell whose client secret something is. Word lists are data: each group says
 * why it is there. Names are split into words first (`secret-names.ts`), so that "AzureAd__ClientSecret" and
 * "azure-ad.client-secret" read the same.
 */

/** Words that mark an Entra identity: before "client secret" in a name, around it in a resource. */
export const entraWords: ReadonlySet<string> = new Set([
  // Entra ID itself, under the names it has had
  ...["aad", "azad", "azuread", "entra", "entraid", "waad", "windowslive", "adal", "msal", "ida"],
  ...["b2c", "adb2c", "azureadb2c", "msa", "microsoftonline", "ciam"],
  // Azure and those who sign in to it
  ...["azure", "azurerm", "arm", "azcopy", "adls", "adlsgen2", "akv", "acr", "aks", "adf", "adx", "kusto"],
  ...["sp", "spn", "serviceprincipal", "azureauth", "azurekeyvault", "azuredevops"],
  // Microsoft services whose clients are Entra applications
  ...[
    "microsoft",
    "msgraph",
    "graph",
    "m365",
    "o365",
    "office365",
    "sharepoint",
    "spo",
    "exchange",
    "onedrive",
  ],
  ...["teams", "outlook", "intune", "powerbi", "pbi", "powerapps", "powerplatform", "fabric", "purview"],
  ...["dataverse", "dynamics", "d365", "crm", "bot", "msteams", "microsoftapp", "yammer", "defender", "msft"],
]);

/** Words that only together mark an Entra identity. */
export const entraPhrases: readonly (readonly string[])[] = [
  ["active", "directory"],
  ["service", "principal"],
  ["app", "registration"],
  ["app", "reg"],
  ["windows", "live"],
  ["power", "bi"],
  ["power", "platform"],
  ["share", "point"],
  ["microsoft", "account"],
];

/** Other identity providers and services: their client secrets are nobody's business here. */
export const otherProviders: ReadonlySet<string> = new Set([
  // social sign-in
  ...["google", "gcp", "googleusercontent", "facebook", "instagram", "whatsapp", "whats", "twitter", "apple"],
  ...["linkedin", "discord", "twitch", "reddit", "pinterest", "tiktok", "snapchat", "spotify", "yahoo"],
  ...[
    "wechat",
    "weixin",
    "qq",
    "weibo",
    "vk",
    "kakao",
    "naver",
    "baidu",
    "xiaomi",
    "alipay",
    "strava",
    "fitbit",
  ],
  // code hosting and delivery
  ...[
    "github",
    "gitlab",
    "bitbucket",
    "gitea",
    "atlassian",
    "jira",
    "confluence",
    "heroku",
    "netlify",
    "vercel",
  ],
  // identity products
  ...[
    "okta",
    "auth0",
    "cognito",
    "keycloak",
    "ping",
    "pingone",
    "pingfederate",
    "onelogin",
    "jumpcloud",
    "duo",
  ],
  ...[
    "forgerock",
    "fusionauth",
    "zitadel",
    "authentik",
    "authelia",
    "supabase",
    "firebase",
    "clerk",
    "stytch",
  ],
  ...["cyberark", "saml", "adfs", "itsme", "bankid"],
  // software as a service
  ...[
    "salesforce",
    "slack",
    "stripe",
    "paypal",
    "square",
    "shopify",
    "hubspot",
    "marketo",
    "responsys",
    "eloqua",
  ],
  ...["xero", "quickbooks", "zoho", "zoom", "zendesk", "servicenow", "snowflake", "databricks", "concur"],
  ...[
    "dropbox",
    "docusign",
    "adobe",
    "sap",
    "oracle",
    "twilio",
    "sendgrid",
    "mailchimp",
    "workday",
    "netsuite",
  ],
  ...["notion", "asana", "trello", "intercom", "magento", "couchbase", "impala", "phoenix", "smartsheet"],
  ...["tableau", "looker", "mixpanel", "dynatrace", "datadog", "newrelic", "splunk", "pagerduty"],
  ...[
    "cloudflare",
    "fastly",
    "digitalocean",
    "linode",
    "crowdstrike",
    "sentinelone",
    "qualys",
    "tenable",
    "zscaler",
  ],
  ...[
    "mongodb",
    "mongodbatlas",
    "atlas",
    "elastic",
    "confluent",
    "vonage",
    "tidal",
    "uber",
    "lyft",
    "airtable",
  ],
  ...[
    "amazon",
    "aws",
    "adm",
    "alexa",
    "ebay",
    "etsy",
    "klarna",
    "adyen",
    "plaid",
    "mollie",
    "wns",
    "tailscale",
  ],
]);

/** Hosts at which Entra ID, in any cloud, issues tokens and answers for applications. */
export const entraHosts =
  /(?:^|[^\w.-])(?:[\w-]+\.)*(?:login\.microsoftonline\.(?:com|us|de)|login\.partner\.microsoftonline\.cn|login\.chinacloudapi\.cn|login\.microsoft\.com|login\.windows\.net|login\.live\.com|login\.windows-ppe\.net|sts\.windows\.net|b2clogin\.com|b2clogin\.cn|ciamlogin\.com|graph\.microsoft\.com|graph\.windows\.net|accounts\.accesscontrol\.windows\.net|onmicrosoft\.com)(?![\w-])/i;

/**
 * Azure resource types whose untagged client secret belongs to the service on the other side, not to Entra ID.
 * Written as module and type; without the family of the token.
 */
export const foreignByDefault =
  /^(?:datafactory|synapse)\/?.*(?:linkedservice|linkedcustomservice)|^securityinsights|^sentinel|^agfoodplatform|^notificationhubs?|^programmableconnectivity|^datadog|^confluent|^desktopvirtualization|^index\/synchronizationsecret|^elastic|^newrelic|^dynatrace/i;

/** Pulumi packages in which an untagged client secret belongs to Entra ID. */
export const azurePackages: ReadonlySet<string> = new Set([
  ...["azure", "azure-native", "azure-nextgen", "azurerm", "azuread", "azapi", "azurestack", "alz"],
  ...["msgraph", "microsoft365", "powerplatform", "fabric"],
]);

/** Types whose inputs called "key" or "secret" take the name of a secret that the service keeps. */
export const namesOfSecrets = /^harness:(?:cloudprovider|platform)\//i;
