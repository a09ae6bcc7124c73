/** The program under Pulumi's own Node host, as `pulumi preview` starts it: type-checked, in its own process. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as grpc from "@grpc/grpc-js";
import { EngineService } from "@pulumi/pulumi/proto/engine_grpc_pb";
import * as engine from "@pulumi/pulumi/proto/engine_pb";
import { ResourceMonitorService } from "@pulumi/pulumi/proto/resource_grpc_pb";
import * as provider from "@pulumi/pulumi/proto/provider_pb";
import * as resource from "@pulumi/pulumi/proto/resource_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { Struct } from "google-protobuf/google/protobuf/struct_pb";
import { parse } from "yaml";

const ROOT = join(__dirname, "..");

interface Run {
  readonly exitCode: number;
  readonly registered: readonly string[];
  readonly errors: readonly string[];
}

/** Starts a program against an engine that accepts everything, as in a preview: no id becomes known. */
async function preview(
  config: Readonly<Record<string, string>>,
  environment: Readonly<Record<string, string>> = {},
): Promise<Run> {
  const registered: string[] = [];
  const errors: string[] = [];
  const server = new grpc.Server();
  server.addService(ResourceMonitorService, {
    supportsFeature: answer((request: resource.SupportsFeatureRequest) => {
      const response = new resource.SupportsFeatureResponse();
      // The host refuses engines without these; the rest is not needed here.
      response.setHassupport(["secrets", "resourceReferences", "outputValues"].includes(request.getId()));
      return response;
    }),
    registerResource: answer((request: resource.RegisterResourceRequest) => {
      registered.push(`${request.getType()} ${request.getName()}`);
      const response = new resource.RegisterResourceResponse();
      response.setUrn(`urn:pulumi:dev::certlock-tenant::${request.getType()}::${request.getName()}`);
      response.setObject(new Struct());
      return response;
    }),
    registerResourceOutputs: answer(() => new Empty()),
    // The program asks for one thing: who deploys it.
    invoke: answer((request: resource.ResourceInvokeRequest) => {
      assert.equal(request.getTok(), "azuread:index/getClientConfig:getClientConfig");
      const deployer = { objectId: "0a0e0000-0000-4000-8000-0000000000dd" };
      return new provider.InvokeResponse().setReturn(Struct.fromJavaScript(deployer));
    }),
    signalAndWaitForShutdown: answer(() => new Empty()),
  });
  server.addService(EngineService, {
    log: answer((request: engine.LogRequest) => {
      if (request.getSeverity() === engine.LogSeverity.ERROR) errors.push(request.getMessage());
      return new Empty();
    }),
    getRootResource: answer(() => new engine.GetRootResourceResponse()),
    setRootResource: answer(() => new engine.SetRootResourceResponse()),
  });
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, bound) => {
      if (error === null) resolve(bound);
      else reject(error);
    });
  });
  try {
    const exitCode = await host(`127.0.0.1:${port}`, {
      PULUMI_CONFIG: JSON.stringify(config),
      ...environment,
    });
    return { exitCode, registered: registered.sort(), errors };
  } finally {
    server.forceShutdown();
  }
}

async function host(address: string, environment: Readonly<Record<string, string>>): Promise<number> {
  const program = spawn(
    process.execPath,
    [
      require.resolve("@pulumi/pulumi/cmd/run"),
      ...["--monitor", address, "--engine", address, "--project", "certlock-tenant", "--stack", "dev"],
      ...["--pwd", ROOT, "--dry-run", "true", "--parallel", "8", "."],
    ],
    {
      env: { ...process.env, PULUMI_NODEJS_TYPESCRIPT: "true", ...environment },
      stdio: "ignore",
    },
  );
  const [exitCode] = (await once(program, "exit")) as [number];
  return exitCode;
}

function answer<Request, Response>(of: (request: Request) => Response) {
  return (call: { request: Request }, reply: (error: null, response: Response) => void): void => {
    reply(null, of(call.request));
  };
}

describe("the program under Pulumi's Node host", () => {
  const file = parse(readFileSync(join(ROOT, "Pulumi.dev.yaml"), "utf8")) as {
    config: Record<string, unknown>;
  };
  const config = Object.fromEntries(
    Object.entries(file.config).map(([key, value]) => [
      key,
      typeof value === "string" ? value : JSON.stringify(value),
    ]),
  );

  it("passes the type check of a deployment and registers the tenant under its stack", async function () {
    this.timeout(120_000);
    const run = await preview(config);
    assert.deepEqual(run.errors, []);
    assert.equal(run.exitCode, 0);
    assert.equal(run.registered.filter((one) => one.startsWith("certlock:components:")).length, 9);
    assert.ok(run.registered.includes("pulumi:pulumi:Stack certlock-tenant-dev"));
    assert.equal(run.registered.length, 51);
  });

  it("prints the problems of a wrong configuration without a stack trace, and registers nothing", async function () {
    this.timeout(120_000);
    const run = await preview(
      { ...config, "certlock-tenant:location": "West Europe" },
      { PULUMI_NODEJS_TRANSPILE_ONLY: "true" }, // the types were checked above
    );
    assert.notEqual(run.exitCode, 0);
    assert.deepEqual(run.registered, ["pulumi:pulumi:Stack certlock-tenant-dev"]);
    assert.equal(run.errors.length, 1);
    assert.match(
      run.errors[0] ?? "",
      /^CERTLOCK_SETTINGS: .* has 1 problem; nothing was registered\.\n\n {2}location/,
    );
    assert.doesNotMatch(run.errors[0] ?? "", /\n\s+at /);
  });
});
