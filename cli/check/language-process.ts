/** A program in another language than Node's, run by the language host that Pulumi has for it. */
import { type ChildProcess, spawn } from "node:child_process";
import * as grpc from "@grpc/grpc-js";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { type JavaScriptValue, Struct } from "google-protobuf/google/protobuf/struct_pb";
import { LanguageRuntimeClient } from "@pulumi/pulumi/proto/language_grpc_pb";
import * as proto from "@pulumi/pulumi/proto/language_pb";
import { IncompleteError } from "../errors";
import type { Environment } from "./environment";
import type { RunResult } from "./language-host";
import { withoutMarkers } from "./markers";
import { HAS_GROUPS, killGroup } from "./process-group";
import { Printed } from "./printed";
import type { Project } from "./project";

export interface LanguageOptions {
  readonly project: Project;
  /** The language host. */
  readonly executable: string;
  /** Where monitor, engine and schemas are to be had. */
  readonly address: string;
  readonly environment: Environment;
  /** Milliseconds the host has for its first answer. @default 30 000 */
  readonly answersWithinMs?: number;
  /** Told the process as soon as there is one. */
  readonly started?: (child: ChildProcess) => void;
}

const ANSWERS_WITHIN_MS = 30_000;
/** Of what a host says for itself, in an error. */
const SHOWN_CHARACTERS = 500;

export class LanguageProcess {
  readonly #options: LanguageOptions;
  readonly #child: ChildProcess;
  readonly #client: Promise<LanguageRuntimeClient>;
  readonly #printed: Printed;

  /** Starts the host; what it has to say for itself comes with the first question. */
  constructor(options: LanguageOptions) {
    this.#options = options;
    const child = spawn(options.executable, [options.address], {
      cwd: options.project.programFolder,
      env: options.environment,
      stdio: ["ignore", "pipe", "pipe"],
      detached: HAS_GROUPS,
    });
    this.#child = child;
    options.started?.(child);
    this.#printed = new Printed(child.stdout, child.stderr);
    this.#client = this.#connect();
    // Whoever asks the first question hears of it.
    this.#client.catch(() => undefined);
  }

  /** The end of what host and program have printed. */
  get output(): string {
    return this.#printed.text.replace(/^\d+\r?\n/, "");
  }

  /**
   * The providers that the host expects the program to need; none where it cannot tell.
   *
   * @throws IncompleteError when the host does not work
   */
  async requiredPackages(): Promise<readonly string[]> {
    const client = await this.#client;
    const request = new proto.GetRequiredPackagesRequest().setInfo(this.#info());
    return new Promise((resolve) => {
      client.getRequiredPackages(request, new grpc.Metadata(), this.#deadline(), (error, response) => {
        const packages = error === null ? response.getPackagesList() : [];
        // A parameterized package is served by the provider it is made of.
        resolve(packages.filter((each) => each.getKind() === "resource").map((each) => each.getName()));
      });
    });
  }

  /** Runs the program to its end. @throws IncompleteError when the host could not run it */
  async run(request: proto.RunRequest): Promise<RunResult> {
    const client = await this.#client;
    const { project, address } = this.#options;
    request
      .setInfo(this.#info())
      .setPwd(project.programFolder)
      .setProgram(project.entryPoint)
      .setMonitorAddress(address)
      .setLoaderTarget(address);
    const response = await new Promise<proto.RunResponse>((resolve, reject) => {
      client.run(request, (error, answer) => {
        if (error === null) resolve(answer);
        else reject(this.failure(runProblem(error)));
      });
    });
    if (response.getBail()) return { reported: true };
    return response.getError() === "" ? {} : { error: response.getError() };
  }

  /** Why the program cannot be run: something the host is or does. */
  failure(problem: string): IncompleteError {
    const { project, executable } = this.#options;
    return new IncompleteError(
      "LANGUAGE_HOST_FAILED",
      `${project.name} cannot be run: the language host ${executable} ${problem}. Run "pulumi preview" to see whether it works there, and update Pulumi if it does not.`,
    );
  }

  kill(): void {
    killGroup(this.#child);
    void this.#client.then(
      (client) => {
        client.close();
      },
      () => undefined,
    );
  }

  /** The port is the first line that a host prints; then it must answer what every host has always answered. */
  async #connect(): Promise<LanguageRuntimeClient> {
    const port = await this.#port();
    const client = new LanguageRuntimeClient(`127.0.0.1:${port}`, grpc.credentials.createInsecure(), {
      "grpc.max_receive_message_length": -1,
      "grpc.max_send_message_length": -1,
    });
    return new Promise((resolve, reject) => {
      client.getPluginInfo(new Empty(), new grpc.Metadata(), this.#deadline(), (error) => {
        if (error === null) resolve(client);
        else {
          client.close();
          reject(this.failure("does not answer as a language host does"));
        }
      });
    });
  }

  #port(): Promise<string> {
    const child = this.#child;
    return new Promise((resolve, reject) => {
      let text = "";
      const fail = (problem: string): void => {
        clearTimeout(timer);
        const said = this.output.trim().split("\n").at(-1)?.slice(0, SHOWN_CHARACTERS) ?? "";
        reject(this.failure(said === "" ? problem : `${problem}; the last it said is "${said}"`));
      };
      const timer = setTimeout(() => {
        fail(`has not started within ${this.#answersWithinMs / 1000} s`);
      }, this.#answersWithinMs);
      child.on("error", ({ message }) => {
        fail(`cannot be started: ${message}`);
      });
      child.on("close", (code, signal) => {
        fail(`ended with ${signal ?? `exit code ${code ?? "unknown"}`} instead of starting`);
      });
      child.stdout?.on("data", (more: string) => {
        if (text.includes("\n")) return;
        text += more;
        const [line, rest] = text.split("\n", 2);
        if (rest === undefined) return;
        clearTimeout(timer);
        if (/^\d{1,5}\r?$/.test(line ?? "")) resolve((line ?? "").trim());
        else fail("does not say on which port it listens");
      });
    });
  }

  #info(): proto.ProgramInfo {
    const { project } = this.#options;
    return new proto.ProgramInfo()
      .setRootDirectory(project.root)
      .setProgramDirectory(project.programFolder)
      .setEntryPoint(project.entryPoint)
      .setOptions(Struct.fromJavaScript(project.runtime.options as Record<string, JavaScriptValue>));
  }

  get #answersWithinMs(): number {
    return this.#options.answersWithinMs ?? ANSWERS_WITHIN_MS;
  }

  #deadline(): grpc.CallOptions {
    return { deadline: Date.now() + this.#answersWithinMs };
  }
}

function runProblem({ code, details }: grpc.ServiceError): string {
  if (code === grpc.status.UNIMPLEMENTED)
    return "is too old: it cannot run programs as this engine asks for it";
  if (code === grpc.status.UNAVAILABLE || code === grpc.status.CANCELLED)
    return "ended before the program did";
  const sentence = withoutMarkers(details).replaceAll(/\s+/g, " ").trim().slice(0, SHOWN_CHARACTERS);
  return `refused: ${sentence.replace(/[.:]$/, "")}`;
}
