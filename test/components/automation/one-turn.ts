/** One run of the runbook for one identity, what is looked at of it, and what a meddler answers meanwhile. */
import assert from "node:assert/strict";
import type { Line, RotationStage } from "./rotation-stage";
import type { StagedIdentity } from "./staged-identity";
import type { Exchange, Reply } from "./wire";

/** Runs the runbook and gives its line; what holds of every run is asserted here. */
export async function runOne(
  stage: RotationStage,
  identity: StagedIdentity,
  more: object = {},
): Promise<Line & { code: number }> {
  const ran = await stage.run(stage.settings([identity], more));
  const [line] = ran.lines;
  assert.ok(line, ran.stdout + ran.stderr);
  // What an unreadable answer held is not repeated.
  assert.doesNotMatch(ran.stdout + ran.stderr, /CANARY|Traceback/);
  assert.equal(line.outcome === "failed", ran.code === 1);
  assert.equal(line.outcome === "ok", line.next === "");
  return { ...line, code: ran.code };
}

export const finding = ({ outcome, step, findings }: Line): unknown[] => [outcome, step, ...findings];

/** Gives this answer to what is asked at a host and path, or cuts the connection. */
export const on = (host: string, path: string, reply: Reply | "cut") => ({
  before: (exchange: Exchange) =>
    exchange.host.startsWith(host) && exchange.path.includes(path) ? reply : undefined,
});

export const json = (status: number, body: unknown): Reply => ({ status, body: JSON.stringify(body) });
