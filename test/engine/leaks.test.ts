import assert from "node:assert/strict";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import type { Outcome, StackSession } from "../../tools/stack/stack";
import { signIn } from "../../tools/tenant/sign-in";
import { fetchTrusting } from "../../tools/tenant/fetch";
import { Deployment, PASSPHRASE } from "./deployment";
import { engineFor } from "./engine";

const CONFIGURED_SECRET = "canary-configured-Q~4hT7";
const ENVIRONMENT_SECRET = "canary-environment-8c1";

/** Everything a deployment says or stores is searched for everything that must stay secret. */
describe("what a deployment leaves behind", function () {
  this.timeout(120_000);
  let deployment: Deployment;
  let stack: StackSession;
  const said: string[] = [];
  const secrets = new Map<string, string>();

  before(async function () {
    deployment = await Deployment.start(await engineFor(this));
    stack = await deployment.open({
      environment: { ...deployment.sandbox.environment(), HARMLESS_TOKEN: ENVIRONMENT_SECRET },
    });
    for (const run of [() => stack.preview(), () => stack.up(), () => stack.refresh()])
      said.push(heard(await run()));
    said.push(JSON.stringify(await stack.exportState()));

    const identities = (await stack.outputs())["identities"]?.value as Record<
      string,
      { vaultSecretUri?: string }
    >;
    for (const [name, { vaultSecretUri }] of Object.entries(identities)) {
      if (vaultSecretUri !== undefined)
        secrets.set(`private key of ${name}`, keyBody(storedPem(deployment, vaultSecretUri)));
    }
    secrets.set("deployer's private key", keyBody(deployment.sandbox.deployer.privateKeyPem));
    secrets.set("state passphrase", PASSPHRASE);
    secrets.set("secret in the environment", ENVIRONMENT_SECRET);

    // A stack that fails must be as quiet as one that succeeds.
    const wrong = await deployment.open({
      folder: join(deployment.folder, "wrong"),
      config: { "certlock-tenant:clientSecret": CONFIGURED_SECRET },
    });
    said.push(heard(await wrong.preview()));
    secrets.set("secret under an unknown configuration key", CONFIGURED_SECRET);
  });
  after(async () => {
    await deployment.close();
  });

  it("has found keys to look for", () => {
    assert.deepEqual(
      [...secrets.keys()].filter((name) => name.startsWith("private key")),
      ["private key of billing-nightly", "private key of partner-daemon"],
    );
    assert.ok(said.every((text) => text.length > 100));
  });

  it("is free of them in output, diagnostics, findings and exported state", () => {
    assert.deepEqual(leaks(said.join("\n")), []);
  });

  it("is free of them in every file it wrote", () => {
    const files = readdirSync(deployment.folder, { recursive: true, encoding: "utf8" })
      .map((name) => join(deployment.folder, name))
      .filter((path) => !path.includes("/engine/bin/") && statSync(path).isFile());
    assert.ok(
      files.some((path) => path.endsWith("dev.json")),
      "no state file among them",
    );
    // The project file of the failing stack holds what its author put there.
    const own = files.filter((path) => !path.includes("/wrong/project/"));
    assert.deepEqual(
      own.flatMap((path) => leaks(readFileSync(path, "utf8")).map((name) => `${name} in ${path}`)),
      [],
    );
  });

  it("names no secret in a refused sign-in", async () => {
    const { loginUrl, deployer, caCertificatePem } = deployment.sandbox;
    const refused = await signIn({
      loginUrl,
      tenantId: deployer.tenantId,
      clientId: "00000000-0000-4000-8000-00000000dead",
      pem: deployer.certificatePem + deployer.privateKeyPem,
      scope: "https://graph.microsoft.com/.default",
      fetch: fetchTrusting(caCertificatePem),
    }).then(
      () => assert.fail("an unknown application signed in"),
      (error: unknown) => error as Error,
    );
    assert.match(refused.message, /AADSTS700016/);
    assert.deepEqual(leaks(`${refused.message}\n${refused.stack ?? ""}`), []);
  });

  function leaks(text: string): string[] {
    const found = [...secrets].filter(([, value]) => text.includes(value)).map(([name]) => name);
    if (/eyJ[\w-]{20,}\.eyJ[\w-]{20,}/.test(text)) found.push("a token");
    if (text.includes("PRIVATE KEY-----")) found.push("a private key block");
    return found;
  }
});

function heard(outcome: Outcome): string {
  return JSON.stringify(outcome) + outcome.output;
}

/** Reads the secret from the vault's memory: the doors refuse everybody who is not a reader. */
function storedPem(deployment: Deployment, vaultSecretUri: string): string {
  const { hostname, pathname } = new URL(vaultSecretUri);
  const vault = hostname.split(".")[0] ?? "";
  const name = pathname.split("/").at(-1) ?? "";
  const { vaults } = deployment.sandbox.tenant;
  const found = vaults.vault(vault);
  assert.ok(found !== undefined, `no vault ${vault}`);
  return vaults.secrets.get(found, name)?.versions.at(-1)?.value ?? "";
}

/** One line of the key is enough to give it away; not one of the first, which hold the public modulus. */
function keyBody(pem: string): string {
  const body = /-----BEGIN PRIVATE KEY-----\s+([\s\S]+?)\s+-----END/.exec(pem)?.[1] ?? "";
  const line = body.split("\n").at(-4) ?? "";
  assert.ok(line.length >= 60, "no private key in PKCS#8 form");
  return line;
}
