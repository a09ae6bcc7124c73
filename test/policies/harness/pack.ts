/**
 * Runs a policy pack the way Pulumi's engine does, in a process of its own behind the analyzer protocol, and believes
 * it as little as possible: a pack that does not start, dies, crashes in a rule, or speaks for rules it does not have
 * is an error, never an empty list of findings.
 */
import { ChildProcess, spawn } from "node:child_process";
import { credentials, ServiceError } from "@grpc/grpc-js";
import { AnalyzerClient } from "@pulumi/pulumi/proto/analyzer_grpc_pb";
import { AnalyzeResponse } from "@pulumi/pulumi/proto/analyzer_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import {
  Analysis,
  analysisOf,
  analyzeRequest,
  analyzeStackRequest,
  configureRequest,
  informationOf,
  PackInformation,
  Properties,
  remediationOf,
  ResourceInput,
  RuleConfiguration,
} from "./wire";

const runner = require.resolve("@pulumi/pulumi/cmd/run-policy-pack");

/** The engine's own limit for messages to and from a plugin. */
const maxMessageBytes = 400 * 1024 * 1024;

/** Nobody listens there; a pack takes the engine's address but only the language host's proxy uses it. */
const deadEngine = "127.0.0.1:1";

export interface PackOptions {
  /** Folder of the pack. With `launcher` only the place where the process starts. */
  readonly directory: string;
  /** An executable pack to start instead of the folder. */
  readonly launcher?: string;
  /** Added to an otherwise almost empty environment. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Milliseconds to wait for the port number; default 20 seconds. */
  readonly startTimeout?: number;
}

export type PackErrorCode = "PACK_DID_NOT_START" | "PACK_FAILED" | "PACK_NOT_CREDIBLE";

export class PackError extends Error {
  readonly code: PackErrorCode;

  constructor(code: PackErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}

export interface Pack {
  readonly info: PackInformation;
  readonly processId: number | undefined;
  /** What the process has written so far, on both streams. */
  log(): string;
  configure(rules: Readonly<Record<string, RuleConfiguration>>): Promise<void>;
  analyze(resource: ResourceInput): Promise<Analysis>;
  analyzeStack(resources: readonly ResourceInput[]): Promise<Analysis>;
  /** What the rules at level `remediate` make of it; undefined when they leave it as it is. */
  remediate(resource: ResourceInput): Promise<Properties | undefined>;
  stop(): Promise<void>;
}

export async function startPack(options: PackOptions): Promise<Pack> {
  const child = spawnPack(options);
  const output: string[] = [];
  child.stdout?.on("data", (chunk: Buffer) => output.push(chunk.toString()));
  child.stderr?.on("data", (chunk: Buffer) => output.push(chunk.toString()));
  const exited = new Promise<void>((resolve) => child.once("close", resolve));
  const stop = async (): Promise<void> => {
    child.kill();
    await exited;
  };

  try {
    const port = await portOf(child, output, options.startTimeout ?? 20_000);
    const client = new AnalyzerClient(`127.0.0.1:${port}`, credentials.createInsecure(), {
      "grpc.max_receive_message_length": maxMessageBytes,
      "grpc.max_send_message_length": maxMessageBytes,
    });
    const info = informationOf(await call((done) => client.getAnalyzerInfo(new Empty(), done)));
    const read = (response: AnalyzeResponse): Analysis =>
      credible(analysisOf(response, info), response, info);
    return {
      info,
      processId: child.pid,
      log: () => output.join(""),
      configure: async (rules) => {
        await call((done) => client.configure(configureRequest(info, rules), done));
      },
      analyze: async (resource) => read(await call((done) => client.analyze(analyzeRequest(resource), done))),
      analyzeStack: async (resources) =>
        read(await call((done) => client.analyzeStack(analyzeStackRequest(resources), done))),
      remediate: async (resource) =>
        remediationOf(await call((done) => client.remediate(analyzeRequest(resource), done))),
      stop: async () => {
        client.close();
        await stop();
      },
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

function spawnPack({ directory, launcher, environment }: PackOptions): ChildProcess {
  // Not the environment of the tests: a developer may well have signed in with what the pack is to refuse.
  const env = { PATH: process.env["PATH"], HOME: process.env["HOME"], ...environment };
  const [command, args] =
    launcher === undefined ? [process.execPath, [runner, deadEngine, directory]] : [launcher, [deadEngine]];
  return spawn(command, args, { cwd: directory, env, stdio: ["ignore", "pipe", "pipe"] });
}

async function portOf(child: ChildProcess, output: readonly string[], timeout: number): Promise<number> {
  const complaint = (what: string): PackError =>
    new PackError("PACK_DID_NOT_START", `${what}: ${output.join("").trim()}`);
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      reject(complaint(`no port number after ${timeout} ms`));
    }, timeout);
    child.once("error", (error) => {
      reject(complaint(error.message));
    });
    child.once("close", (code) => {
      clearTimeout(timer);
      reject(complaint(`the pack ended with ${code ?? "a signal"} before it was asked anything`));
    });
    let firstLine = "";
    child.stdout?.on("data", (chunk: Buffer) => {
      firstLine += chunk.toString();
      if (!firstLine.includes("\n")) return;
      clearTimeout(timer);
      const port = Number(firstLine.split("\n")[0]);
      if (Number.isInteger(port) && port > 0 && port < 65536) resolve(port);
      else reject(complaint("the first line is not a port number"));
    });
  });
}

/** A finding has to come from this pack, in this version, and from a rule that it says it has. */
function credible(analysis: Analysis, response: AnalyzeResponse, info: PackInformation): Analysis {
  for (const diagnostic of response.getDiagnosticsList()) {
    const origin = `${diagnostic.getPolicypackname()} ${diagnostic.getPolicypackversion()}`;
    if (origin !== `${info.name} ${info.version}`) {
      throw new PackError("PACK_NOT_CREDIBLE", `${info.name} ${info.version} answers as ${origin}`);
    }
  }
  const stranger = [...analysis.findings.map(({ rule }) => rule), ...analysis.notApplicable].find(
    (rule) => !info.rules.includes(rule),
  );
  if (stranger !== undefined)
    throw new PackError("PACK_NOT_CREDIBLE", `${info.name} has no rule ${stranger}`);
  return analysis;
}

function call<Answer>(
  start: (done: (error: ServiceError | null, answer: Answer) => void) => unknown,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    start((error, answer) => {
      if (error) reject(new PackError("PACK_FAILED", error.message));
      else resolve(answer);
    });
  });
}
