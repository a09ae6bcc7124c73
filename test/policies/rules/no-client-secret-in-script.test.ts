import { gzipSync } from "node:zlib";
import { ResourceInput, unknown } from "../harness/wire";
import { testRule, violation } from "../rule-cases";
import { azureadProvider } from "../samples";

const rule = "no-client-secret-in-script";
const found = (command: string, path = "create") =>
  violation(
    rule,
    `Resource "shop" has a script in "${path}" with ${command}; use a managed identity, a federated credential or a certificate instead.`,
  );

const script = (create: unknown): ResourceInput => ({
  type: "command:local:Command",
  name: "shop",
  props: { create },
});
const base64 = (text: string, encoding: BufferEncoding = "utf8") =>
  Buffer.from(text, encoding).toString("base64");
const reset = "az ad app credential reset";
const resetting = `${reset} --id $APP_ID --append`;

testRule(rule, [
  { title: "accepts a script about something else", resource: script("npm run build"), expect: "passes" },
  { title: "rejects a command that makes a secret", resource: script(resetting), expect: [found(reset)] },
  {
    title: "rejects it across continued lines",
    resource: script("az ad app \\\n  credential \\\n  reset --id $APP_ID"),
    expect: [found(reset)],
  },
  {
    title: "rejects it behind other commands",
    resource: script(`echo "don't panic"\ncd /tmp && ${resetting} | tee out`),
    expect: [found(reset)],
  },
  { title: "rejects it in base64", resource: script(base64(resetting)), expect: [found(reset)] },
  {
    title: "rejects it compressed",
    resource: script(gzipSync(resetting).toString("base64")),
    expect: [found(reset)],
  },
  {
    title: "rejects it as PowerShell encodes commands",
    resource: script(
      `powershell -EncodedCommand ${base64("New-AzADAppCredential -ObjectId $id", "utf16le")}`,
    ),
    expect: [found("New-AzADAppCredential")],
  },
  {
    title: "rejects it as a list of arguments",
    resource: script(["az", "ad", "app", "credential", "reset", "--id", "x"]),
    expect: [found(reset)],
  },
  {
    title: "rejects it in JSON, and names only the text it stands in",
    resource: script(JSON.stringify({ steps: [{ run: resetting }] })),
    expect: [found(reset)],
  },
  {
    title: "rejects it printed into a shell",
    resource: script(`echo '${resetting}' | bash`),
    expect: [found(reset)],
  },
  { title: "accepts it merely printed", resource: script(`echo "never use ${resetting}"`), expect: "passes" },
  { title: "accepts it in a comment", resource: script(`# ${resetting}`), expect: "passes" },
  {
    title: "accepts the same command for a certificate",
    resource: script(`${reset} --create-cert`),
    expect: "passes",
  },
  { title: "accepts a removal", resource: script("az ad app credential delete --id x"), expect: "passes" },
  {
    title: "rejects a sign-in with a secret",
    resource: script("az login --service-principal -u $A -p $B --tenant $T"),
    expect: [found("az login with a client secret")],
  },
  {
    title: "accepts a sign-in with a certificate in the place of the password",
    resource: script("az login --service-principal -u $A -p ~/app.pem --tenant $T"),
    expect: "passes",
  },
  {
    title: "accepts a sign-in with a federated token",
    resource: script("az login --service-principal -u $A --federated-token $TOKEN --tenant $T"),
    expect: "passes",
  },
  {
    title: "rejects a call of Microsoft Graph",
    resource: script(
      "az rest --method POST --url https://graph.microsoft.com/v1.0/applications/$O/addPassword",
    ),
    expect: [found("addPassword of Microsoft Graph")],
  },
  {
    title: "rejects the resource of Terraform in a file",
    resource: script('resource "azuread_application_password" "x" {}'),
    expect: [found("azuread_application_password")],
  },
  { title: "accepts a script that is not known yet", resource: script(unknown.string), expect: "passes" },
  {
    title: "accepts a script that is encrypted in stored state",
    resource: script("[secret]"),
    expect: "passes",
  },
  {
    title: "rejects it in every resource",
    resource: {
      type: "azure-native_compute_v20240301:compute:VirtualMachineExtension",
      name: "shop",
      props: { protectedSettings: { commandToExecute: resetting } },
    },
    expect: [found(reset, "protectedSettings.commandToExecute")],
  },
  { title: "leaves providers alone", resource: azureadProvider, expect: "not applicable" },
]);
