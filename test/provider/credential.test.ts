import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PUBLIC_CLOUD } from "../../graph";
import { readAssertion } from "../../provider/assertion";
import { tokenSourceFromEnvironment } from "../../provider/credential";
import { GraphServer, json } from "../graph/graph-server";

const AUDIENCE = "api://AzureADTokenExchange";
const PKCS12 = Buffer.from("3082014a0201033082", "hex");
const CERTIFICATE = "-----BEGIN CERTIFICATE-----\ncanary\n-----END CERTIFICATE-----\n";
const KEY = "-----BEGIN ENCRYPTED PRIVATE KEY-----\ncanary\n-----END ENCRYPTED PRIVATE KEY-----\n";

describe("signing in with a certificate file", () => {
  let directory: string;

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), "certlock-credential-"));
  });

  afterEach(async () => {
    await rm(directory, { recursive: true });
  });

  async function refusal(content: string | Buffer | undefined): Promise<string> {
    const path = join(directory, "certificate");
    if (content !== undefined) await writeFile(path, content, { mode: 0o600 });
    const env = { ARM_TENANT_ID: "t", ARM_CLIENT_ID: "c", ARM_CLIENT_CERTIFICATE_PATH: path };
    return tokenSourceFromEnvironment(env, PUBLIC_CLOUD).then(
      () => "",
      (error: unknown) => {
        const { code, message } = error as { code: string; message: string };
        assert.equal(code, "CERTLOCK_CREDENTIALS_INCOMPLETE");
        assert.ok(message.includes(path) && !message.includes("canary"), message);
        return message;
      },
    );
  }

  it("takes PEM with certificate and key, also an encrypted one", async () => {
    assert.equal(await refusal(CERTIFICATE + KEY), "");
    assert.equal(await refusal(KEY.replaceAll("ENCRYPTED ", "RSA ") + CERTIFICATE), "");
  });

  it("says what a file lacks, without showing a line of it", async () => {
    assert.match(await refusal(CERTIFICATE), /lacks its private key/);
    assert.match(await refusal("canary"), /lacks a certificate and its private key/);
    assert.match(await refusal(PKCS12), /PKCS#12.*CERTLOCK_CLIENT_CERTIFICATE_PATH/);
  });

  it("says that a file cannot be read", async () => {
    assert.match(await refusal(undefined), /cannot be read \(ENOENT\)/);
  });
});

describe("the token from outside", () => {
  let server: GraphServer;

  beforeEach(async () => {
    server = await GraphServer.start(json(200, { value: "outside-token" }));
  });

  afterEach(async () => {
    await server.close();
  });

  it("comes from a variable", async () => {
    assert.equal(await readAssertion({ from: "variable", token: "t" }, AUDIENCE, fetch), "t");
  });

  it("comes from a file, which is read again each time", async () => {
    const directory = await mkdtemp(join(tmpdir(), "certlock-assertion-"));
    const path = join(directory, "token");
    for (const token of ["first", "second"]) {
      await writeFile(path, `${token}\n`);
      assert.equal(await readAssertion({ from: "file", path }, AUDIENCE, fetch), token);
    }
    await rm(directory, { recursive: true });
    await assert.rejects(readAssertion({ from: "file", path }, AUDIENCE, fetch), /cannot be read \(ENOENT\)/);
  });

  it("is asked for with the audience of the cloud, keeping the query of the address", async () => {
    const source = { from: "request", url: `${server.url}/token?api-version=2.0`, token: "asker" } as const;
    assert.equal(await readAssertion(source, AUDIENCE, fetch), "outside-token");
    const [request] = server.received;
    const query = new URL(request?.path ?? "", server.url).searchParams;
    assert.deepEqual([query.get("api-version"), query.get("audience")], ["2.0", AUDIENCE]);
    assert.equal(request?.headers.authorization, "Bearer asker");
  });

  it("is missed with a hint at the permission, never with the token of the asker", async () => {
    const source = { from: "request", url: `${server.url}/token`, token: "canary" } as const;
    for (const answer of [json(403, { message: "canary" }), json(200, {}), json(200, [])]) {
      server.answerWith(answer);
      const error: unknown = await readAssertion(source, AUDIENCE, fetch).catch((reason: unknown) => reason);
      assert.match((error as Error).message, /gave no token \(status \d+\).*id-token: write/);
      assert.ok(!(error as Error).message.includes("canary"));
    }
    await assert.rejects(readAssertion({ ...source, url: "?" }, AUDIENCE, fetch), /not a URL/);
  });
});
