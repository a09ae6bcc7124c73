import { answerGraph } from "../graph/answer";
import { Directory } from "./directory";
import type { GraphRequest, GraphResponse } from "./graph-request";

/**
 * One Entra tenant. Whoever changes it from outside goes through `graph()`, so that permissions, validation and app
 * management policies are written once.
 */
export class Tenant extends Directory {
  /** Answers one Graph call. A bad request never throws: the answer carries Graph's error. */
  graph(request: GraphRequest): GraphResponse {
    return answerGraph(this, request);
  }
}
