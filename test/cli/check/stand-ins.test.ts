/** What stands in for values nobody has, and what the program is given of its surroundings. */
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Struct } from "google-protobuf/google/protobuf/struct_pb";
import { splitEnvironment } from "../../../cli/check/environment";
import { ANY_NAME, FunctionAnswers } from "../../../cli/check/function-answers";
import { holdsMarker, Markers, withoutMarkers } from "../../../cli/check/markers";
import { attachable, installedPackages } from "../../../cli/check/packages";
import { markUnknown, UNKNOWN } from "../../../cli/check/unknown-values";
import { ROOT } from "./certlock-process";

describe("a stand-in", () => {
  const marker = new Markers().next();

  it("is a GUID, another one each time, and a number for who wants one", () => {
    const markers = new Markers();
    const made = [markers.next(), markers.next(), markers.next()];
    assert.equal(new Set(made).size, 3);
    for (const text of made)
      assert.match(text, /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    assert.ok(Number.parseFloat(marker) > 0);
  });

  it("is recognised in what is built of it", () => {
    for (const text of [
      `Server=db;Password=${marker}`,
      marker.toUpperCase(),
      marker.replaceAll("-", ""),
      marker.slice(0, 8),
      JSON.stringify({ password: marker }),
    ])
      assert.ok(holdsMarker(text), text);
    assert.ok(!holdsMarker("0a0e0000-0000-4000-8000-00000000000a"));
  });

  it("is unknown to the engine wherever it stands", () => {
    const properties = Struct.fromJavaScript({
      known: "text",
      built: `a-${marker}`,
      deep: [{ list: [marker, 1, true] }],
      map: { [ANY_NAME]: marker },
    });
    markUnknown(properties);
    assert.deepEqual(properties.toJavaScript(), {
      known: "text",
      built: UNKNOWN,
      deep: [{ list: [UNKNOWN, 1, true] }],
      map: UNKNOWN,
    });
  });

  it("is not shown to people", () => {
    assert.equal(withoutMarkers(`urn::kv-${marker}`), "urn::kv-(unknown)");
  });

  it("is known by the same names in the program's process, whose part stands alone", () => {
    const hook = readFileSync(join(ROOT, "cli/check/program-hook.ts"), "utf8");
    assert.ok(hook.includes(`const PREFIX = "${marker.slice(0, 8)}";`));
    assert.equal(ANY_NAME, `${marker.slice(0, 8)}:any`);
    assert.ok(
      readFileSync(join(ROOT, "cli/check/monitor.ts"), "utf8").includes(`"${marker.slice(0, 8)}:missing:"`),
    );
  });
});

describe("the answer of a cloud function", () => {
  const answers = new FunctionAnswers(installedPackages(ROOT), new Markers());
  const shapeOf = (value: unknown): unknown => {
    if (typeof value === "string") return holdsMarker(value) ? "?" : value;
    if (Array.isArray(value)) return value.map(shapeOf);
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, shapeOf(member)]));
  };

  it("has the members that the SDK declares", () => {
    assert.deepEqual(shapeOf(answers.answer("azuread:index/getClientConfig:getClientConfig", {})), {
      clientId: "?",
      id: "?",
      objectId: "?",
      tenantId: "?",
    });
  });

  it("has lists, flags, maps of any names, and what it was asked by", () => {
    const answer = shapeOf(
      answers.answer("azuread:index/getServicePrincipal:getServicePrincipal", { clientId: "known" }),
    ) as Record<string, unknown>;
    assert.equal(answer["clientId"], "known");
    assert.equal(answer["accountEnabled"], false);
    assert.deepEqual(answer["redirectUris"], ["?", "?", "?"]);
    assert.deepEqual(answer["appRoleIds"], { [ANY_NAME]: "?" });
    assert.deepEqual((answer["appRoles"] as unknown[]).length, 1);
  });

  it("goes into objects of other modules", () => {
    const answer = shapeOf(answers.answer("azure-native:keyvault:getVault", { vaultName: "kv" })) as {
      properties: Record<string, unknown>;
    };
    assert.equal(answer.properties["vaultUri"], "?");
    assert.deepEqual(answer.properties["sku"], { family: "?", name: "?" });
  });

  it("answers any name where nobody knows the function", () => {
    assert.deepEqual(shapeOf(answers.answer("contoso:index:getThing", { name: "a" })), {
      name: "a",
      [ANY_NAME]: "?",
    });
  });
});

describe("the environment of a checked program", () => {
  it("has what is harmless, and names what is not", () => {
    const { given, withheld } = splitEnvironment({
      PATH: "/bin",
      HOME: "/home/ada",
      STAGE: "dev",
      GITHUB_REPOSITORY: "contoso/platform",
      ARM_CLIENT_ID: "1",
      AWS_PROFILE: "x",
      GITHUB_TOKEN: "x",
      SYSTEM_ACCESSTOKEN: "x",
      DB_PASSWORD: "x",
      SSH_AUTH_SOCK: "/tmp/agent",
      PULUMI_CONFIG_PASSPHRASE: "x",
      INNOCENT: `abc8Q~${"x".repeat(34)}`,
      ADDRESS: "https://user:word@example.org/",
      NODE_AUTH_TOKEN: "x",
    });
    assert.deepEqual(Object.keys(given), ["PATH", "HOME", "STAGE", "GITHUB_REPOSITORY"]);
    assert.deepEqual(withheld, [
      "ADDRESS",
      "ARM_CLIENT_ID",
      "AWS_PROFILE",
      "DB_PASSWORD",
      "GITHUB_TOKEN",
      "INNOCENT",
      "NODE_AUTH_TOKEN",
      "PULUMI_CONFIG_PASSPHRASE",
      "SSH_AUTH_SOCK",
      "SYSTEM_ACCESSTOKEN",
    ]);
  });
});

describe("the providers of a program", () => {
  it("are those of the SDKs that are installed for it, also local and scoped ones, and those it declares", () => {
    const folder = mkdtempSync(join(tmpdir(), "certlock-packages-"));
    const install = (name: string, manifest: object): void => {
      mkdirSync(join(folder, "node_modules", name), { recursive: true });
      writeFileSync(
        join(folder, "node_modules", name, "package.json"),
        JSON.stringify({ name, ...manifest }),
      );
    };
    try {
      install("@pulumi/aws", { pulumi: { resource: true, name: "aws" } });
      install("@pulumi/random", { pulumi: { resource: true } });
      install("@contoso/pulumi-landscape", { pulumi: { resource: true } });
      install("netbox", { pulumi: { resource: true, name: "terraform-provider", parameterization: {} } });
      install("pulumi-tools", { keywords: ["pulumi"] });
      install("left-pad", {});
      mkdirSync(join(folder, "infra"));
      const installed = installedPackages(join(folder, "infra"));
      assert.deepEqual([...installed.keys()].sort(), ["aws", "landscape", "random", "terraform-provider"]);
      assert.deepEqual(attachable(installed, ["declared", "not/a/name"]), [
        ...["aws", "azure-native", "azuread", "certlock", "declared", "landscape"],
        ...["pulumi-nodejs", "random", "terraform-provider", "tls"],
      ]);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
