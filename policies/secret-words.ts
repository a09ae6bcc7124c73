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
  ...["azure", "azurerm", "azcopy", "adls", "adlsgen2", "akv", "acr", "aks", "adf", "adx", "kusto"],
  ...["spn", "serviceprincipal", "azureauth", "azurekeyvault", "azuredevops"],
  // providers of Terraform and Pulumi, whose blocks stand beside each other in the settings of a module
  ...["azapi", "alz"],
  // Microsoft services whose clients are Entra applications
  ...["microsoft", "microsoftapp", "msft", "msgraph", "m365", "ms365", "o365", "office365", "d365"],
  ...["sharepoint", "spo", "onedrive", "msteams", "intune", "yammer", "purview", "dataverse"],
  ...["powerbi", "pbi", "powerapps", "powerplatform"],
]);

/**
 * Words that are names of such services and ordinary words as well: Facebook has a graph, Salesforce is a CRM, SAML
 * knows an SP. They count where a name says nothing else.
 */
export const ordinaryWords: ReadonlySet<string> = new Set([
  ...["arm", "sp", "graph", "exchange", "teams", "outlook", "fabric", "dynamics", "crm", "bot", "defender"],
]);

/** Words in names that say nothing about whose a secret is: what it is for, where it runs, how it gets there. */
export const neutralWords: ReadonlySet<string> = new Set([
  ...["app", "application", "api", "web", "client", "server", "service", "backend", "frontend", "portal"],
  ...["oauth", "oauth2", "oidc", "openid", "auth", "authentication", "sso", "login", "signin", "identity"],
  ...["prod", "production", "prd", "dev", "development", "test", "tst", "staging", "stage", "qa", "uat"],
  ...["ci", "cd", "cicd", "tf", "var", "next", "public", "react", "vite", "spring", "my", "the", "default"],
  ...["main", "mail", "email", "admin", "deploy", "deployment", "daemon", "function", "functions", "job"],
  ...["worker", "current", "new", "old", "primary", "secondary", "secret", "config", "settings", "creds"],
  ...["online", "ms"],
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
  ["ms", "graph"],
  ["ms", "365"],
  ["office", "365"],
  ["dynamics", "365"],
  ["azure", "ad"],
];

/** Other identity providers and services: their client secrets are nobody's business here. */
export const otherProviders: ReadonlySet<string> = new Set([
  // social sign-in
  ...["google", "gcp", "googleusercontent", "facebook", "instagram", "whatsapp", "whats", "twitter", "apple"],
  ...["linkedin", "discord", "twitch", "reddit", "pinterest", "tiktok", "snapchat", "spotify", "yahoo"],
  ...["wechat", "weixin", "qq", "weibo", "kakao", "naver", "baidu", "xiaomi", "alipay", "strava", "fitbit"],
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
  ...["okta", "auth0", "cognito", "keycloak", "pingone", "pingfederate", "onelogin", "jumpcloud"],
  ...["forgerock", "fusionauth", "zitadel", "authentik", "authelia", "supabase", "firebase", "stytch"],
  ...["cyberark", "saml", "saml2", "shibboleth", "adfs", "itsme", "bankid", "duende", "identityserver"],
  ...["logto", "frontegg", "descope", "workos", "kinde", "criipto", "signicat", "idnow"],
  // software as a service
  ...["salesforce", "slack", "stripe", "paypal", "shopify", "hubspot", "marketo", "responsys", "eloqua"],
  ...["xero", "quickbooks", "zoho", "zoom", "zendesk", "servicenow", "snowflake", "databricks"],
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
  ...["asana", "trello", "magento", "couchbase", "impala", "smartsheet"],
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
  ...["mongodb", "mongodbatlas", "confluent", "vonage", "lyft", "airtable"],
  ...["amazon", "aws", "alexa", "ebay", "etsy", "klarna", "adyen", "mollie", "tailscale"],
  // payments, banking, bookkeeping
  ...["truelayer", "nordigen", "gocardless", "vipps", "mobilepay", "worldpay", "braintree", "razorpay"],
  ...["yapily", "revolut", "coinbase", "binance", "visma", "fortnox", "exactonline"],
  ...["freshbooks", "datev", "lexoffice", "tripletex", "moneybird", "intuit", "avalara"],
  // selling, service, collaboration
  ...["sugarcrm", "pipedrive", "freshdesk", "freshworks", "miro", "figma", "canva"],
  ...["webex", "cisco", "ringcentral", "genesys", "five9", "calendly", "evernote", "todoist", "clickup"],
  ...[
    "surveymonkey",
    "typeform",
    "eventbrite",
    "meetup",
    "vimeo",
    "youtube",
    "soundcloud",
    "deezer",
    "garmin",
  ],
  ...["withings", "oura", "telegram", "viber", "pusher", "algolia"],
  // ledgers, directories, infrastructure
  ...["hyperledger", "openstack", "rancher", "sonarqube", "artifactory", "jfrog", "grafbase"],
  ...["gcloud", "gsuite"],
]);

/** Such names that are ordinary words or short forms, too: they count in names and as kinds, and not in running text. */
export const ordinaryProviders: ReadonlySet<string> = new Set([
  ...["box", "line", "wise", "signal", "monday", "sage", "nest", "polar", "square", "duo", "ping", "atlas"],
  ...[
    "elastic",
    "phoenix",
    "clerk",
    "uber",
    "harbor",
    "nexus",
    "dex",
    "tink",
    "tesla",
    "sugar",
    "kraken",
    "ory",
  ],
  ...["hydra", "dd", "nr", "fb", "ig", "gh", "adm", "wns", "notion", "intercom", "concur", "plaid"],
  ...["tidal", "vk"],
]);

/** Hosts at which Entra ID, in any cloud, issues tokens and answers for applications. */
export const entraHosts =
  /(?:^|[^\w.-])(?:[\w-]+\.)*(?:login\.microsoftonline\.(?:com|us|de)|login\.partner\.microsoftonline\.cn|login\.chinacloudapi\.cn|login\.microsoft\.com|login\.windows\.net|login\.live\.com|login\.windows-ppe\.net|sts\.windows\.net|b2clogin\.com|b2clogin\.cn|ciamlogin\.com|graph\.microsoft\.com|graph\.windows\.net|accounts\.accesscontrol\.windows\.net|crm\d{0,2}\.dynamics\.com|onmicrosoft\.com)(?![\w-])/i;

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
