import assert from "node:assert/strict";
import { CLOUDS } from "../../graph";
import { type PropertyMap, UNKNOWN } from "../../provider/properties";
import type { VaultService } from "../../provider/settings";
import { readVaultUri } from "../../provider/vault-address";
import { checkVaultCertificate } from "../../provider/vault-certificate-check";
import { GENERATION_1 } from "./vault-fixture";

const PUBLIC: VaultService = {
  cloud: "public",
  dnsSuffix: "vault.azure.net",
  scope: "https://vault.azure.net/.default",
};

describe("the check of a VaultCertificate", () => {
  const problems = (news: PropertyMap, secretKeys: ReadonlySet<string> = new Set()): string[] =>
    checkVaultCertificate({ ...GENERATION_1, ...news }, secretKeys, PUBLIC).problems.map(
      ({ property, reason }) => `${property} ${reason}`,
    );

  it("fills in defaults and writes the vault one way", () => {
    const checked = checkVaultCertificate(
      { ...GENERATION_1, vaultUri: "https://KV-billing.vault.azure.net", keyBits: undefined },
      new Set(),
      PUBLIC,
    );
    assert.deepEqual(checked, {
      problems: [],
      inputs: {
        ...GENERATION_1,
        keyBits: 3072,
        validityMonths: 5,
        issuerName: "Self",
        contentType: "application/x-pem-file",
      },
    });
  });

  it("lists everything that is wrong at once", () => {
    const everything = checkVaultCertificate(
      {
        vaultUri: "http://kv-billing.vault.azure.net",
        certificateName: "under_score",
        generation: 1.5,
        subject: "billing",
        keyBits: 1024,
        validityMonths: 13,
        issuerName: "Unknown",
        contentType: "application/x-pem",
        validityDays: 125,
        tags: { "certlock-claim": "x", good: "y", long: "z".repeat(257) },
      },
      new Set(),
      PUBLIC,
    );
    assert.deepEqual(
      everything.problems.map(({ property }) => property),
      [
        "validityDays",
        "vaultUri",
        "certificateName",
        "generation",
        "subject",
        "keyBits",
        "validityMonths",
        "issuerName",
        "contentType",
        'tags["certlock-claim"]',
        'tags["long"]',
      ],
    );
    assert.deepEqual(
      everything.problems.slice(3, 7).map(({ reason }) => reason),
      [
        "must be a whole number from 0; given: 1.5",
        'must be a distinguished name such as "CN=billing-nightly" or CN="Billing, nightly", at most 500 characters; given: "billing"',
        "must be 2048, 3072 or 4096 (RSA); given: 1024",
        "must be a whole number from 1 to 12; given: 13",
      ],
    );
    assert.match(everything.problems.at(0)?.reason ?? "", /months; use validityMonths/);
  });

  it("names what is missing", () => {
    const { problems: missing } = checkVaultCertificate({}, new Set(), PUBLIC);
    assert.deepEqual(
      missing.map(({ property, reason }) => `${property} ${reason}`),
      [
        "vaultUri is required",
        "certificateName is required",
        "generation is required: a whole number from 0",
        "subject is required",
      ],
    );
  });

  it("takes unknown values of a preview to be right", () => {
    const names = [...Object.keys(GENERATION_1), "validityMonths", "issuerName", "contentType", "tags"];
    assert.deepEqual(problems(Object.fromEntries(names.map((name) => [name, UNKNOWN]))), []);
    assert.deepEqual(problems({ tags: { owner: UNKNOWN } }), []);
  });

  for (const subject of [
    "CN=a",
    'CN="Billing, nightly"',
    'CN="a ""b"" c"',
    "CN=a b, O=Contoso, C=DE",
    "2.5.4.3=a",
    "CN=Zoë",
  ]) {
    it(`takes the subject ${subject}`, () => {
      assert.deepEqual(problems({ subject }), []);
    });
  }

  for (const subject of [
    "",
    "CN=",
    "CN",
    "CN=a,",
    "CN=a,,O=b",
    'CN="a',
    'CN=a"b',
    "CN=a;O=b",
    "CN=a\nO=b",
    `CN=${"a".repeat(498)}`,
  ]) {
    it(`does not take ${JSON.stringify(subject.slice(0, 12))} for a subject`, () => {
      assert.equal(problems({ subject }).length, 1);
    });
  }

  it("knows the edges of names, numbers and tags", () => {
    assert.deepEqual(
      [
        { certificateName: "a".repeat(127) },
        { certificateName: "a".repeat(128) },
        { certificateName: "Issuers" },
        { generation: 0 },
        { generation: -1 },
        { validityMonths: 1 },
        { validityMonths: 0 },
        { tags: Object.fromEntries(Array.from({ length: 12 }, (_, index) => [`t${index}`, ""])) },
        { tags: Object.fromEntries(Array.from({ length: 13 }, (_, index) => [`t${index}`, ""])) },
        { tags: { "": "x" } },
        { tags: [] },
      ].map((news) => problems(news).length),
      [0, 1, 1, 0, 1, 0, 1, 0, 1, 1, 1],
    );
  });

  it("does not quote a secret", () => {
    const said = problems({ subject: "canary" }, new Set(["subject"])).join();
    assert.match(said, /given: a secret value/);
    assert.doesNotMatch(said, /canary/);
  });
});

describe("the vault a token may be sent to", () => {
  const accepted = (text: string, service = PUBLIC): string | undefined => {
    const read = readVaultUri(text, service);
    return "problem" in read ? undefined : read.uri;
  };

  it("is one label below the suffix of the cloud in use, and no other", () => {
    for (const { name, vaultDnsSuffix } of CLOUDS) {
      const service = { ...PUBLIC, cloud: name, dnsSuffix: vaultDnsSuffix };
      const own = `https://kv-billing.${vaultDnsSuffix}/`;
      assert.equal(accepted(own, service), own);
      const others = CLOUDS.filter((cloud) => cloud.vaultDnsSuffix !== vaultDnsSuffix);
      for (const other of others)
        assert.equal(accepted(`https://kv-billing.${other.vaultDnsSuffix}/`, service), undefined);
    }
  });

  for (const hostile of [
    "http://kv-billing.vault.azure.net/",
    "https://kv-billing.vault.azure.net:444/",
    "https://user@kv-billing.vault.azure.net/",
    "https://kv-billing.vault.azure.net/path",
    "https://kv-billing.vault.azure.net/?",
    "https://kv-billing.vault.azure.net/#x",
    "https://kv-billing.vault.azure.net.contoso.example/",
    "https://kv-billing.vault.azure.net./",
    "https://contoso.example/kv-billing.vault.azure.net",
    "https://contoso.example#.vault.azure.net",
    "https://contoso.example\\.vault.azure.net",
    "https://a.kv-billing.vault.azure.net/",
    "https://vault.azure.net/",
    "https://.vault.azure.net/",
    "https://kv--billing.vault.azure.net/",
    "https://kv_billing.vault.azure.net/",
    "https://xvault.azure.net/",
    "https://kv-billing.xvault.azure.net/",
    "https://127.0.0.1/",
    "kv-billing.vault.azure.net",
    "",
  ]) {
    it(`is not ${JSON.stringify(hostile)}`, () => {
      assert.equal(accepted(hostile), undefined);
    });
  }
});
