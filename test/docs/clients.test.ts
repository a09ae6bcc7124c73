/** The page for clients: its programs sign in to the sandbox as they stand there, each in a process of its own. */
import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import ts from "typescript";
import { pfxOf } from "../../components/pfx";
import { startSandbox, type Sandbox } from "../../sandbox";
import { run } from "../../cli/engine/process";
import { providePython, PythonMissingError } from "../../tools/python/provide";
import {
  createApplication,
  createServicePrincipal,
  DAY,
  makeCertificate,
  type TestCertificate,
} from "../sandbox/tenant-fixture";

const ROOT = resolve(__dirname, "../..");
const page = readFileSync(join(ROOT, "docs/clients.md"), "utf8");
const block = (heading: string, language: string, index = 0): string => {
  const [, section = ""] = page.split(`\n## ${heading}\n`);
  const [own = ""] = section.split("\n## ");
  const found = [...own.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\`$`, "gm"))][index]?.[1];
  assert.ok(found !== undefined, `no ${language} under "${heading}"`);
  return found;
};

/** One step of a process: the content CREDENTIAL_FILE gets first, and how many hours later it is. */
interface Step {
  readonly file: string;
  readonly hoursLater?: number;
}

/** Claims of the token, or the sentence of the refusal, one for each step. */
type Outcome = { readonly appid: string; readonly tid: string } | string;

/**
 * What a test adds to a snippet, beside it and not in it: steps from a file, one line of JSON for each. Files are
 * latin1, which keeps every byte.
 */
const NODE_STEPS = (getToken: string): string => `
const { readFileSync, writeFileSync } = require("node:fs");
const snippet = require("./snippet.js");
const now = Date.now;
(async () => {
  for (const { file, hoursLater = 0 } of JSON.parse(readFileSync("steps.json", "utf8"))) {
    writeFileSync(process.env.CREDENTIAL_FILE, file, "latin1");
    Date.now = () => now() + hoursLater * 3_600_000;
    const answer = await ${getToken}.then((token) => ({ token }), (error) => ({ refused: error.message }));
    process.stdout.write(JSON.stringify(answer) + "\\n");
  }
})();
`;
const PYTHON_STEPS = `
import json, os, time
import snippet
now = time.monotonic
for step in json.load(open("steps.json", encoding="utf-8")):
    with open(os.environ["CREDENTIAL_FILE"], "w", encoding="latin1", newline="") as file:
        file.write(step["file"])
    time.monotonic = lambda: now() + step.get("hoursLater", 0) * 3600
    try:
        answer = {"token": snippet.get_token("https://graph.microsoft.com/.default")}
    except Exception as error:
        answer = {"refused": str(error)}
    print(json.dumps(answer), flush=True)
`;
const SCOPE = `"https://graph.microsoft.com/.default"`;

describe("the page for clients", function () {
  this.timeout(120_000);
  let sandbox: Sandbox;
  let application: { readonly appId: string };
  let folder: string;
  let certificate: TestCertificate;
  let stranger: TestCertificate;
  let issuer: TestCertificate;
  // As a vault holds it: key, certificate, certificate of the issuer.
  const pem = (one: TestCertificate): string =>
    one.privateKeyPem + one.certificatePem + issuer.certificatePem;

  before(async () => {
    sandbox = await startSandbox();
    const dates = [-1, 90].map((days) => new Date(Date.now() + days * DAY).toISOString());
    certificate = await makeCertificate(...dates);
    stranger = await makeCertificate(...dates);
    issuer = await makeCertificate(...dates);
    application = createApplication(sandbox.tenant, "billing-nightly", {
      keyCredentials: [certificate.keyCredential],
    });
    createServicePrincipal(sandbox.tenant, application.appId);
  });
  after(() => sandbox.close());
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "certlock-clients-"));
    symlinkSync(join(ROOT, "node_modules"), join(folder, "node_modules"), "junction");
  });
  afterEach(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  /** Runs a snippet through steps, as a process that knows what a client is told and nothing else. */
  async function outcomes(command: string, files: Record<string, string>, steps: Step[]): Promise<Outcome[]> {
    for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
    writeFileSync(join(folder, "steps.json"), JSON.stringify(steps));
    const { NODE_EXTRA_CA_CERTS: ca = "" } = sandbox.environment();
    const [main = ""] = Object.keys(files).filter((name) => name.startsWith("steps."));
    const { code, stdout, stderr } = await run(command, [main], {
      cwd: folder,
      timeoutMs: 60_000,
      environment: {
        PATH: process.env["PATH"],
        TENANT_ID: sandbox.tenant.id,
        CLIENT_ID: application.appId,
        CREDENTIAL_FILE: join(folder, "credential"),
        AZURE_AUTHORITY_HOST: sandbox.loginUrl,
        NODE_EXTRA_CA_CERTS: ca,
        REQUESTS_CA_BUNDLE: ca,
        SSL_CERT_FILE: ca,
      },
    });
    assert.equal(code, 0, stderr);
    return stdout.trim().split("\n").map(outcomeOf);
  }

  /** What every client has to do, whatever it is written in. */
  function follows(start: (steps: Step[]) => Promise<Outcome[]>): void {
    /** What came of each sign-in of the application: 0, or the AADSTS number. */
    const signIns = (): number[] =>
      sandbox.tenant.signIns
        .filter(({ appId }) => appId === application.appId)
        .map(({ status }) => status.errorCode);
    const token = (): Outcome => ({ appid: application.appId, tid: sandbox.tenant.id });

    it("signs in as the application, and asks no second time for what it has", async () => {
      const before = signIns().length;
      assert.deepEqual(await start([{ file: pem(certificate) }, { file: pem(certificate) }]), [
        token(),
        token(),
      ]);
      assert.deepEqual(signIns().slice(before), [0]);
    });

    it("is refused with AADSTS700027 for a key of somebody else, after one more reading", async () => {
      const before = signIns().length;
      const [said] = await start([{ file: pem(stranger) }]);
      assert.match(refusal(said), /AADSTS700027/);
      assert.deepEqual(signIns().slice(before), [700027, 700027]);
    });

    it("goes on by itself when the file is right again", async () => {
      const before = signIns().length;
      const [first, second] = await start([{ file: pem(stranger) }, { file: pem(certificate) }]);
      assert.match(refusal(first), /AADSTS700027/);
      assert.deepEqual(second, token());
      assert.deepEqual(signIns().slice(before), [700027, 700027, 700027, 0]);
    });

    it("reads the file again after a day, and not before", async () => {
      const [first, second, third] = await start([
        { file: pem(certificate) },
        { file: "nothing", hoursLater: 0.5 },
        { file: "nothing", hoursLater: 25 },
      ]);
      assert.deepEqual([first, second], [token(), token()]);
      assert.doesNotMatch(refusal(third), /AADSTS/);
    });
  }

  describe("with MSAL Node", () => {
    const files = {
      "snippet.js": block("Node: MSAL", "js"),
      "steps.js": NODE_STEPS(`snippet.getToken(${SCOPE})`),
    };
    follows((steps) => outcomes(process.execPath, files, steps));
  });

  describe("with @azure/identity", () => {
    const files = {
      "snippet.js": block("Node: `@azure/identity`", "js"),
      "steps.js": NODE_STEPS(`snippet.credential.getToken(${SCOPE}).then(({ token }) => token)`),
    };
    follows((steps) => outcomes(process.execPath, files, steps));
  });

  describe("with MSAL Python", () => {
    const snippet = block("Python: MSAL", "python");
    const withPfx = block("Python: MSAL", "python", 1);
    let python: string;

    before(async function () {
      this.timeout(600_000);
      try {
        const requirements = join(__dirname, "requirements.txt");
        python = await providePython({ environment: process.env, requirements });
      } catch (error) {
        if (!(error instanceof PythonMissingError) || process.env["CERTLOCK_PYTHON"] === "required")
          throw error;
        process.stderr.write(`\n*** NO PYTHON: its snippets are skipped. ${error.message} ***\n`);
        this.skip();
      }
    });

    follows((steps) => outcomes(python, { "snippet.py": snippet, "steps.py": PYTHON_STEPS }, steps));

    it("signs in with PKCS#12 as certlock makes it, by the line the page gives for it", async () => {
      const file = Buffer.from(await pfxOf(certificate), "base64").toString("latin1");
      const lines = /^ +pem = .*\n|^ +client_credential=.*\n/gm;
      assert.equal(snippet.match(lines)?.length, 2);
      const changed = snippet.replace(lines, (line) => (line.includes("client_credential") ? withPfx : ""));
      const files = { "snippet.py": changed, "steps.py": PYTHON_STEPS };
      assert.deepEqual(await outcomes(python, files, [{ file }]), [
        { appid: application.appId, tid: sandbox.tenant.id },
      ]);
    });
  });

  it("names every part of what a client is told", () => {
    const source = readFileSync(join(ROOT, "components/client-configuration.ts"), "utf8");
    const parsed = ts.createSourceFile("client-configuration.ts", source, ts.ScriptTarget.ES2022);
    const members = parsed.statements
      .filter((statement) => ts.isInterfaceDeclaration(statement))
      .flatMap((statement) => statement.members.map((member) => member.name?.getText(parsed) ?? ""));
    assert.equal(members.length, 6);
    for (const member of members) assert.ok(page.includes(`\`${member}\``), `${member} is missing`);
  });

  it("links to what is there", () => {
    const links = [...page.matchAll(/\]\(([^)#]+)\)/g)].map(([, link = ""]) => link);
    assert.ok(links.length > 0);
    for (const link of links) assert.ok(existsSync(join(ROOT, "docs", link)), `${link} is missing`);
  });
});

function refusal(outcome: Outcome | undefined): string {
  assert.ok(typeof outcome === "string", "a token, where there should be none");
  return outcome;
}

function outcomeOf(line: string): Outcome {
  const { token, refused } = JSON.parse(line) as { token?: string; refused?: string };
  if (token === undefined) return refused ?? "";
  const { appid, tid } = JSON.parse(
    Buffer.from(token.split(".")[1] ?? "", "base64url").toString("utf8"),
  ) as Exclude<Outcome, string>;
  return { appid, tid };
}
