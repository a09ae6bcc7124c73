import { Server, ServerCredentials } from "@grpc/grpc-js";
import { createServer } from "node:net";
import { ResourceProviderService } from "@pulumi/pulumi/proto/provider_grpc_pb";
import type { Tenant } from "../tenant/tenant";
import { azureNativePackage } from "./azure-native/package";
import { azureadPackage } from "./azuread/package";
import { pulumiservicePackage } from "./pulumiservice/package";
import { providerService } from "./service";
import { tlsPackage } from "./tls/package";

export interface ProvidersDoorOptions {
  readonly tenant: Tenant;
  /** @default - a free port */
  readonly port?: number;
}

export interface ProvidersDoor {
  readonly port: number;
  /** Refuses new calls and ends open ones. Closing twice is fine. */
  close(): Promise<void>;
}

/** The packages the door speaks for, as `PULUMI_DEBUG_PROVIDERS` names them. */
export const EMULATED_PACKAGES = ["azuread", "azure-native", "pulumiservice", "tls"] as const;

/** The engine's own limit: https://github.com/pulumi/pulumi/blob/master/sdk/go/common/util/rpcutil/serve.go */
const MAX_MESSAGE_BYTES = 400 * 1024 * 1024;

/**
 * One gRPC server on 127.0.0.1 for the emulated providers, to be attached with
 * `PULUMI_DEBUG_PROVIDERS=azuread:PORT,azure-native:PORT,pulumiservice:PORT,tls:PORT`.
 *
 * @throws Error with code `EADDRINUSE` when the port is taken.
 */
export async function openProvidersDoor(options: ProvidersDoorOptions): Promise<ProvidersDoor> {
  const { tenant } = options;
  const server = new Server({
    "grpc.max_receive_message_length": MAX_MESSAGE_BYTES,
    "grpc.max_send_message_length": MAX_MESSAGE_BYTES,
    // Two sandboxes must not share a port silently.
    "grpc.so_reuseport": 0,
  });
  server.addService(
    ResourceProviderService,
    providerService([
      azureadPackage(tenant),
      azureNativePackage(tenant),
      pulumiservicePackage(),
      tlsPackage(tenant.clock),
    ]),
  );
  if (options.port) await assertPortFree(options.port);
  const port = await new Promise<number>((resolve, reject) => {
    const credentials = ServerCredentials.createInsecure();
    server.bindAsync(`127.0.0.1:${options.port ?? 0}`, credentials, (error, bound) => {
      if (error) reject(bindError(error));
      else resolve(bound);
    });
  });
  return {
    port,
    close: () => {
      server.forceShutdown();
      return Promise.resolve();
    },
  };
}

/** grpc-js names the system's error in its text only. */
function bindError(error: Error): Error {
  return /EADDRINUSE/.test(error.message) ? Object.assign(error, { code: "EADDRINUSE" }) : error;
}

/** grpc-js also prints a line of its own when a port is taken; asking first keeps the caller's terminal clean. */
async function assertPortFree(port: number): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const probe = createServer();
    probe.once("error", reject);
    probe.listen(port, "127.0.0.1", () => {
      probe.close(() => {
        resolve();
      });
    });
  });
}
