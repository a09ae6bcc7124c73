import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { join } from "node:path";

const CERTLOCK = join(__dirname, "../../../cli/bin/certlock");

function explain(...args: string[]): { code: number | null; out: string } {
  const { status, stdout } = spawnSync(process.execPath, [CERTLOCK, "explain", ...args], {
    encoding: "utf8",
  });
  return { code: status, out: stdout };
}

describe("certlock explain, given an error of Graph", function () {
  this.timeout(30_000);

  it("says which policy refused a credential, and what to do instead", () => {
    const policy = "d1b7bf3a-0000-4000-8000-000000000001";
    const { code, out } = explain(
      `unexpected status 400: CredentialTypeNotAllowedAsPerAppPolicy: Credential type not allowed as per assigned policy '${policy}'.`,
    );
    assert.equal(code, 0);
    assert.equal(
      out,
      `The app management policy (${policy}), which is assigned to this object, does not allow the credential. ` +
        "Which restriction it is could not be read (this command asks no tenant): that takes the permission Policy.Read.All. " +
        "Use a federated credential or a managed identity, else a certificate within the allowed lifetime; where that is impossible, " +
        "have the policy's owner change it. Repeating the request changes nothing.\n",
    );
  });

  it("knows the refusal of a long lifetime by its code alone", () => {
    const { code, out } = explain("CredentialInvalidLifetimeAsPerAppPolicy");
    assert.equal(code, 0);
    assert.match(out, /does not allow the credential to live that long\./);
  });

  it("takes any other error for a rule that does not exist", () => {
    assert.deepEqual(explain("Request_ResourceNotFound"), { code: 1, out: "" });
  });
});
