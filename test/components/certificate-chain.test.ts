import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { chainFrom } from "../../components/certificate-chain";
import { type Authority, authorityNamed } from "./certificate-declaration";

const certificateOf = ({ certificatePem }: Authority): X509Certificate => new X509Certificate(certificatePem);
const namesOf = (chain: readonly X509Certificate[]): string[] => chain.map(({ subject }) => subject);

describe("the chain of a certificate", () => {
  it("holds those above it in their order, whatever else lies beside them", async () => {
    const root = await authorityNamed("root");
    const middle = await authorityNamed("middle", { under: root });
    const issuing = await authorityNamed("issuing", { under: middle });
    const other = await authorityNamed("other", { under: await authorityNamed("other root") });
    const candidates = [root, other, issuing, middle].map(certificateOf);
    assert.deepEqual(namesOf(chainFrom(certificateOf(issuing), candidates)), [
      "CN=issuing",
      "CN=middle",
      "CN=root",
    ]);
    assert.deepEqual(namesOf(chainFrom(certificateOf(issuing), [root, other].map(certificateOf))), [
      "CN=issuing",
    ]);
    assert.deepEqual(namesOf(chainFrom(certificateOf(root), candidates)), ["CN=root"]);
  });

  it("takes no namesake: the signature decides", async () => {
    const root = await authorityNamed("root");
    const issuing = await authorityNamed("issuing", { under: root });
    const { certificatePem } = await authorityNamed("root", {
      under: await authorityNamed("elsewhere"),
    });
    const elsewhere = await authorityNamed("elsewhere");
    // The same name and key under another authority would be a cross certificate, which is an issuer too.
    const namesake = { ...elsewhere, certificatePem };
    assert.equal(namesOf(chainFrom(certificateOf(issuing), [certificateOf(namesake)])).length, 2);
    const forged = await authorityNamed("issuing", {
      under: { ...root, privateKeyPem: elsewhere.privateKeyPem },
    });
    assert.deepEqual(namesOf(chainFrom(certificateOf(forged), [certificateOf(root)])), ["CN=issuing"]);
  });

  it("ends where authorities certify each other in a circle", async () => {
    const [one, two] = [await authorityNamed("one"), await authorityNamed("two")];
    const twoByOne = certificateOf(await authorityNamed("two", { under: one }));
    const oneByTwo = certificateOf(await authorityNamed("one", { under: two }));
    const leaf = certificateOf(await authorityNamed("leaf", { under: one }));
    assert.deepEqual(namesOf(chainFrom(leaf, [twoByOne, oneByTwo])), ["CN=leaf", "CN=one", "CN=two"]);
  });
});
