import { credentials, status } from "@grpc/grpc-js";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { PluginAttach, type PluginInfo } from "@pulumi/pulumi/proto/plugin_pb";
import { ResourceProviderClient } from "@pulumi/pulumi/proto/provider_grpc_pb";
import {
  CheckRequest,
  ConfigureRequest,
  DiffRequest,
  GetSchemaRequest,
  ProviderHandshakeRequest,
  type CheckResponse,
  type ConfigureResponse,
  type DiffResponse,
  type ProviderHandshakeResponse,
} from "@pulumi/pulumi/proto/provider_pb";
import assert from "node:assert/strict";
import { openProvidersDoor } from "../../../sandbox/providers/door";
import { encodeProperties, Secret, UNKNOWN } from "../../../sandbox/providers/property-values";
import { Tenant } from "../../../sandbox/tenant/tenant";
import { plain, ProviderSession, secretNames, unary } from "./provider-session";

const GROUP = "azuread:index/group:Group";

describe("providers door", () => {
  let session: ProviderSession;
  beforeEach(async () => {
    session = await ProviderSession.open();
  });
  afterEach(() => session.close());

  it("answers the engine's greeting: handshake, attach, plugin info, configuration", async () => {
    const { client } = session;
    const handshake = await unary<ProviderHandshakeResponse>((done) =>
      client.handshake(new ProviderHandshakeRequest(), done),
    );
    await unary<Empty>((done) => client.attach(new PluginAttach().setAddress("127.0.0.1:1"), done));
    const info = await unary<PluginInfo>((done) => client.getPluginInfo(new Empty(), done));
    const configured = await session.configure({ "azuread:config:tenantId": "t" });
    await unary<Empty>((done) => client.cancel(new Empty(), done));

    assert.deepEqual(handshake.toObject(), {
      acceptSecrets: true,
      acceptResources: true,
      acceptOutputs: false,
      supportsAutonamingConfiguration: true,
    });
    assert.match(info.getVersion(), /^\d+\.\d+\.\d+$/);
    assert.deepEqual(configured.toObject(), {
      acceptsecrets: true,
      supportspreview: true,
      acceptresources: true,
      acceptoutputs: false,
      supportsAutonamingConfiguration: true,
    });
  });

  it("echoes provider configuration and sees its changes without replacing anything", async () => {
    const inputs = encodeProperties({ tenantId: "t", clientSecret: new Secret("s") });
    const check = new CheckRequest()
      .setUrn("urn:pulumi:dev::p::pulumi:providers:azuread::default")
      .setNews(inputs);
    const checked = await unary<CheckResponse>((done) => session.client.checkConfig(check, done));
    assert.deepEqual(checked.getInputs()?.toJavaScript(), inputs.toJavaScript());

    const same = new DiffRequest().setOlds(inputs).setNews(inputs);
    const other = new DiffRequest().setOlds(inputs).setNews(encodeProperties({ tenantId: "u" }));
    const differences = await Promise.all(
      [same, other].map((request) => unary<DiffResponse>((done) => session.client.diffConfig(request, done))),
    );
    assert.deepEqual(
      differences.map((each) => [each.getChanges(), each.getReplacesList()]),
      [
        [1, []],
        [2, []],
      ],
    );
  });

  it("bears several connections at once, each configured on its own", async () => {
    const address = session.client
      .getChannel()
      .getTarget()
      .replace(/^.*?:\/*/, "");
    const clients = Array.from(
      { length: 3 },
      () => new ResourceProviderClient(address, credentials.createInsecure()),
    );
    const answers = await Promise.all(
      clients.map((client) =>
        unary<ConfigureResponse>((done) => client.configure(new ConfigureRequest(), done)),
      ),
    );
    for (const client of clients) client.close();
    assert.deepEqual(
      answers.map((answer) => answer.getSupportspreview()),
      [true, true, true],
    );
  });

  it("says which packages it emulates when asked for another", async () => {
    await assert.rejects(session.create("random:index/randomId:RandomId", { byteLength: 8 }), {
      code: status.INVALID_ARGUMENT,
      details:
        "The sandbox does not emulate the package 'random' (asked for 'random:index/randomId:RandomId'); it emulates azuread, azure-native, pulumiservice, tls.",
    });
  });

  it("leaves what it does not offer unimplemented", async () => {
    const call = unary((done) => session.client.getSchema(new GetSchemaRequest(), done));
    await assert.rejects(call, { code: status.UNIMPLEMENTED });
  });

  it("refuses a function it does not emulate, by its name", async () => {
    await assert.rejects(session.invoke("azuread:index/getUsers:getUsers"), {
      details: "The sandbox does not emulate the function azuread:index/getUsers:getUsers.",
    });
  });

  it("stores and echoes a resource type it has no emulation for", async () => {
    const group = await session.create(GROUP, { displayName: "ops", members: ["a"], token: new Secret("s") });
    assert.deepEqual(plain(group), { displayName: "ops", members: ["a"], token: "s" });
    assert.deepEqual(secretNames(group.outputs), ["token"]);
    assert.equal((await session.diff(group, { ...group.inputs })).changed, false);

    const change = { displayName: "ops", members: ["a", "b"], token: new Secret("s") };
    assert.deepEqual((await session.diff(group, change)).details, { members: "update" });
    const updated = await session.update(group, change);
    const imported = await session.import(GROUP, group.id);
    assert.deepEqual(plain(imported), plain(updated));
    assert.deepEqual(secretNames(imported?.outputs ?? {}), ["token"]);

    await session.delete(updated);
    await session.delete(updated);
    assert.equal(await session.refresh(updated), undefined);
  });

  it("keeps unknown inputs unknown in the preview of an echoed type", async () => {
    const outputs = await session.preview(GROUP, { displayName: "ops", members: [UNKNOWN] });
    assert.deepEqual(outputs, { displayName: "ops", members: [UNKNOWN] });
  });

  it("is not harmed by a property called __proto__", async () => {
    const hostile = JSON.parse('{"displayName":"x","nested":{"__proto__":{"polluted":"yes"}}}') as {
      displayName: string;
    };
    const group = await session.create(GROUP, hostile);
    assert.equal(plain(group)["displayName"], "x");
    assert.equal(({} as Record<string, unknown>)["polluted"], undefined);
  });

  it("rejects with EADDRINUSE when the port is taken", async () => {
    const first = await openProvidersDoor({ tenant: new Tenant() });
    try {
      await assert.rejects(openProvidersDoor({ tenant: new Tenant(), port: first.port }), {
        code: "EADDRINUSE",
      });
    } finally {
      await first.close();
      await first.close();
    }
    const again = await openProvidersDoor({ tenant: new Tenant(), port: first.port });
    assert.equal(again.port, first.port);
    await again.close();
  });
});
