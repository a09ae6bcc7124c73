/** What the gRPC server asks of each kind of resource. Values are plain; secrets are the server's business. */
import type { PropertyMap } from "./properties";

/** One problem of an input, at a property path such as `applicationRestrictions.passwordCredentials[0].state`. */
export interface CheckProblem {
  readonly property: string;
  readonly reason: string;
}

export interface CheckResult {
  /** The inputs with defaults filled in; also when there are problems, so that policies see them. */
  readonly inputs: PropertyMap;
  /** All problems, not only the first. */
  readonly problems: readonly CheckProblem[];
}

/** What a check knows beside the inputs. It contacts nobody. */
export interface CheckContext {
  /** The inputs of the resource as it was last deployed; empty for a new one. */
  readonly olds: PropertyMap;
  /** Tells the person at the terminal, in a preview too. Nothing secret, nothing unescaped from outside. */
  readonly warn: (message: string) => void;
}

/** `update-replace`: the resource is made anew, the new one before the old one goes. */
export type ChangeKind = "add" | "delete" | "update" | "update-replace";

/** What would change, by property path. Empty: nothing. */
export type Changes = ReadonlyMap<string, ChangeKind>;

export interface ReadResult {
  /** Empty when the resource is gone. */
  readonly id: string;
  readonly outputs: PropertyMap;
  readonly inputs: PropertyMap;
}

export interface OperationContext {
  /** The resource's name in the engine: stack, project, types and name. */
  readonly urn: string;
  /** Ends the operation: cancelled by the engine, process told to stop, or custom time limit reached. */
  readonly signal: AbortSignal;
  /** Tells the person at the terminal, beside the resource. Nothing secret, nothing unescaped from outside. */
  readonly warn: (message: string) => void;
}

/** A create or an update, which a preview asks for as well. */
export interface ChangeContext extends OperationContext {
  /** A preview: nothing is contacted, inputs may be unknown. */
  readonly preview: boolean;
}

export interface ResourceHandler {
  /** Problems under a top-level key in `secretKeys` must not quote what was given. */
  check(news: PropertyMap, secretKeys: ReadonlySet<string>, context: CheckContext): CheckResult;
  diff(outputs: PropertyMap, news: PropertyMap): Changes;
  create(inputs: PropertyMap, context: ChangeContext): Promise<{ id: string; outputs: PropertyMap }>;
  /** An import has neither outputs nor inputs. */
  read(id: string, outputs: PropertyMap, inputs: PropertyMap, context: OperationContext): Promise<ReadResult>;
  update(id: string, outputs: PropertyMap, news: PropertyMap, context: ChangeContext): Promise<PropertyMap>;
  delete(id: string, outputs: PropertyMap, context: OperationContext): Promise<void>;
}
