import { nativeTokens, vaultSecret } from "../access-samples";
import { ResourceInput, unknown } from "../harness/wire";
import { testRule, undecided, violation } from "../rule-cases";
import { change, vault } from "../samples";

const rule = "vault-secret-metadata";
const subject = 'Vault secret "billing"';
const says = (what: string) => violation(rule, `${subject} ${what}`);
const type = "properties.contentType";
const expires = "properties.attributes.expires";
const untyped = (path = type) => says(`does not say what it holds; set "${path}".`);
const endless = (path = expires) => says(`never ends; set "${path}" to the end of what it holds.`);
const late = (path = expires, days = 180) =>
  says(`ends too late; set "${path}" to at most ${days} days from now.`);
const unreadable = (path = expires) => says(`has no readable end; "${path}" is not a valid time.`);
const seconds = (days: number) => Math.round(Date.now() / 1000 + days * 86_400);

const classic: ResourceInput = {
  type: "azure:keyvault/secret:Secret",
  name: "billing",
  props: { contentType: "text/plain", expirationDate: new Date(Date.now() + 90 * 86_400_000).toISOString() },
};

testRule(rule, [
  { title: "accepts a secret with type and end", resource: vaultSecret, expect: "passes" },
  ...nativeTokens("keyvault", "Secret").map((token) => ({
    title: `reports both that are missing in ${token}`,
    resource: { ...vaultSecret, type: token, props: { properties: {} } },
    expect: [untyped(), endless()],
  })),
  { title: "takes an empty type for none", resource: change(vaultSecret, type, ""), expect: [untyped()] },
  {
    title: "accepts two hours less than the limit",
    resource: change(vaultSecret, expires, seconds(179.9)),
    expect: "passes",
  },
  {
    title: "rejects two hours more than the limit",
    resource: change(vaultSecret, expires, seconds(180.1)),
    expect: [late()],
  },
  {
    title: "understands seconds written as text",
    resource: change(vaultSecret, expires, String(seconds(200))),
    expect: [late()],
  },
  {
    title: "accepts a longer life where the limit is raised",
    resource: change(vaultSecret, expires, seconds(364)),
    options: { maxValidityDays: 365 },
    expect: "passes",
  },
  {
    title: "rejects a shorter life where the limit is lowered",
    resource: change(vaultSecret, expires, seconds(91)),
    options: { maxValidityDays: 90 },
    expect: [late(expires, 90)],
  },
  {
    title: "recognises milliseconds",
    resource: change(vaultSecret, expires, seconds(90) * 1000),
    expect: [says(`ends in milliseconds; "${expires}" counts seconds since 1970.`)],
  },
  {
    title: "rejects an end that is no number",
    resource: change(vaultSecret, expires, "soon"),
    expect: [unreadable()],
  },
  {
    title: "waits for an end that is decided in the update",
    resource: change(vaultSecret, expires, unknown.number),
    expect: [undecided(rule, subject, expires)],
  },
  {
    title: "takes an unknown type for one",
    resource: change(vaultSecret, type, unknown.string),
    expect: "passes",
  },
  { title: "accepts a classic secret with type and end", resource: classic, expect: "passes" },
  {
    title: "reports both that are missing in a classic secret",
    resource: { ...classic, props: {} },
    expect: [untyped("contentType"), endless("expirationDate")],
  },
  {
    title: "rejects a classic secret that ends too late",
    resource: change(classic, "expirationDate", "2126-01-01T00:00:00Z"),
    expect: [late("expirationDate")],
  },
  {
    title: "rejects a classic secret with an end that is no date",
    resource: change(classic, "expirationDate", "soon"),
    expect: [unreadable("expirationDate")],
  },
  { title: "leaves vaults alone", resource: vault, expect: "not applicable" },
]);
