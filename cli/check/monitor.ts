/**
 * What is answered or changed between a program and the engine, so that a preview needs no cloud: functions, references
 * to other stacks, remote components, imports; and every stand-in becomes unknown.
 */
import { Struct, Value } from "google-protobuf/google/protobuf/struct_pb";
import { EngineService } from "@pulumi/pulumi/proto/engine_grpc_pb";
import { LogRequest, LogSeverity } from "@pulumi/pulumi/proto/engine_pb";
import { CallResponse, InvokeResponse } from "@pulumi/pulumi/proto/provider_pb";
import { ResourceMonitorService } from "@pulumi/pulumi/proto/resource_grpc_pb";
import * as proto from "@pulumi/pulumi/proto/resource_pb";
import type { Answer, FunctionAnswers } from "./function-answers";
import { holdsMarker, mayHoldMarker } from "./markers";
import type { Interceptor } from "./relay";
import { markUnknown, UNKNOWN, unknownStruct } from "./unknown-values";

/** Package whose provider answers references to other stacks; the engine's own would ask the backend. */
export const STACK_REFERENCES = "stack-reference";

/** How program-hook.ts says that the program requires a setting which is not there. */
const MISSING_SETTING = "7cc710cb:missing:";

export interface SeenByMonitor {
  /** A function of a provider was asked, or a method of a resource. */
  function(token: string): void;
  /** A resource is read that exists already. */
  read(type: string, name: string): void;
  stackReference(name: string): void;
  /** A required setting that is not there, by its full key. */
  missingSetting(key: string): void;
  /** A component that a provider would make; its children are not to be seen. */
  remoteComponent(type: string, name: string): void;
  /** An existing resource would be taken over. */
  imported(type: string, name: string): void;
  /** A provider that the engine is going to look for. */
  provider(name: string): void;
  /** Where the program declares a resource: `file:///…#line,column`, innermost call first. */
  declared(urn: string, positions: readonly string[]): void;
}

export function interceptors(
  answers: FunctionAnswers,
  seen: SeenByMonitor,
): ReadonlyMap<string, Interceptor> {
  const { invoke, call, readResource, registerResource, registerResourceOutputs, registerPackage } =
    ResourceMonitorService;
  return new Map<string, Interceptor>([
    [
      invoke.path,
      (bytes, forward) => {
        const request = proto.ResourceInvokeRequest.deserializeBinary(bytes);
        const token = request.getTok();
        // The engine's own, as `pulumi:pulumi:getResource`.
        if (token.startsWith("pulumi:")) return forward(bytes);
        seen.function(token);
        const args = (request.getArgs()?.toJavaScript() ?? {}) as Answer;
        const answer = new InvokeResponse().setReturn(Struct.fromJavaScript(answers.answer(token, args)));
        return Promise.resolve(Buffer.from(answer.serializeBinary()));
      },
    ],
    [
      call.path,
      (bytes) => {
        seen.function(proto.ResourceCallRequest.deserializeBinary(bytes).getTok());
        const answer = new CallResponse().setReturn(unknownStruct("result"));
        return Promise.resolve(Buffer.from(answer.serializeBinary()));
      },
    ],
    [
      readResource.path,
      async (bytes, forward) => {
        const request = proto.ReadResourceRequest.deserializeBinary(bytes);
        const isStack = request.getType() === "pulumi:pulumi:StackReference";
        if (isStack) {
          seen.stackReference(request.getName());
          request.setType(`${STACK_REFERENCES}:index:StackReference`);
        } else {
          seen.read(request.getType(), request.getName());
          seen.provider(packageOf(request.getType()));
        }
        if (holdsMarker(request.getId())) request.setId(UNKNOWN);
        markUnknown(request.getProperties());
        const response = await forward(Buffer.from(request.serializeBinary()));
        return isStack ? withUnknownOutputs(response) : response;
      },
    ],
    [
      registerResource.path,
      async (bytes, forward) => {
        const request = proto.RegisterResourceRequest.deserializeBinary(bytes);
        const response = await forward(changed(request, bytes, seen));
        const frames = request.getStacktrace()?.getFramesList() ?? [];
        const positions = [request.getSourceposition(), ...frames.map((frame) => frame.getPc())]
          .filter((position) => position !== undefined)
          .map((position) => `${position.getUri()}#${position.getLine()},${position.getColumn()}`);
        seen.declared(proto.RegisterResourceResponse.deserializeBinary(response).getUrn(), positions);
        return response;
      },
    ],
    [
      registerResourceOutputs.path,
      (bytes, forward) => {
        if (!mayHoldMarker(bytes)) return forward(bytes);
        const request = proto.RegisterResourceOutputsRequest.deserializeBinary(bytes);
        markUnknown(request.getOutputs());
        return forward(Buffer.from(request.serializeBinary()));
      },
    ],
    [
      EngineService.log.path,
      (bytes, forward) => {
        const log = LogRequest.deserializeBinary(bytes);
        if (log.getSeverity() !== LogSeverity.DEBUG) return forward(bytes);
        if (log.getMessage().startsWith(MISSING_SETTING))
          seen.missingSetting(log.getMessage().slice(MISSING_SETTING.length));
        // Other debug messages hold every property in plain text, secrets included, and nobody reads them.
        return Promise.resolve(Buffer.alloc(0));
      },
    ],
    [
      registerPackage.path,
      (bytes, forward) => {
        seen.provider(proto.RegisterPackageRequest.deserializeBinary(bytes).getName());
        return forward(bytes);
      },
    ],
  ]);
}

/** The engine lets no provider answer a read with something unknown; the program is told so here. */
function withUnknownOutputs(bytes: Buffer): Buffer {
  const response = proto.ReadResourceResponse.deserializeBinary(bytes);
  const properties = response.getProperties() ?? new Struct();
  for (const name of ["outputs", "secretOutputNames"])
    properties.getFieldsMap().set(name, new Value().setStringValue(UNKNOWN));
  return Buffer.from(response.setProperties(properties).serializeBinary());
}

/** The request for the engine; its own bytes where nothing has to be different, because they may hold more than we know. */
function changed(request: proto.RegisterResourceRequest, bytes: Buffer, seen: SeenByMonitor): Buffer {
  const type = request.getType();
  const name = request.getName();
  let isChanged = false;
  if (request.getRemote()) {
    seen.remoteComponent(type, name);
    request.setRemote(false).setCustom(false).setProvider("").setPackageref("");
    isChanged = true;
  } else if (request.getCustom() && request.getPackageref() === "") {
    seen.provider(packageOf(type));
  }
  if (request.getImportid() !== "") {
    seen.imported(type, name);
    request.setImportid("");
    isChanged = true;
  }
  if (mayHoldMarker(bytes)) {
    markUnknown(request.getObject());
    isChanged = true;
  }
  return isChanged ? Buffer.from(request.serializeBinary()) : bytes;
}

/** `azuread:index/application:Application` → `azuread`; `pulumi:providers:aws` → `aws`. */
function packageOf(type: string): string {
  const [name = "", module, provider = ""] = type.split(":");
  return name === "pulumi" && module === "providers" ? provider : name;
}
