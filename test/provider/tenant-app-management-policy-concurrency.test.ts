import assert from "node:assert/strict";
import type { PropertyMap, PropertyValue } from "../../provider/properties";
import type { TenantAppManagementPolicy } from "../../graph";
import { DirectoryFixture } from "./directory-fixture";
import { partialState, type ProviderClient, TYPE } from "./provider-client";
import { ID } from "./provider-fixture";

const PATH = "/v1.0/policies/defaultAppManagementPolicy";

function blocking(...types: string[]): PropertyMap {
  const entries = types.map((restrictionType): PropertyValue => ({ restrictionType, state: "enabled" }));
  return { isEnabled: true, applicationRestrictions: { passwordCredentials: entries }, onDelete: "restore" };
}

describe("TenantAppManagementPolicy while others write", () => {
  let fixture: DirectoryFixture;
  let provider: ProviderClient;

  beforeEach(async () => {
    fixture = await DirectoryFixture.start();
    provider = fixture.provider(TYPE);
  });
  afterEach(async () => {
    await fixture.close();
  });

  const types = (): string[] => {
    const { body } = fixture.graph("GET", PATH);
    const { applicationRestrictions } = body as TenantAppManagementPolicy;
    return (applicationRestrictions?.passwordCredentials ?? []).map(({ restrictionType }) => restrictionType);
  };
  /** What another deployment does that knows of these restrictions alone. */
  const otherWrites = (...all: string[]): void => {
    const passwordCredentials = all.map((restrictionType) => ({ restrictionType, state: "enabled" }));
    const { status } = fixture.graph("PATCH", PATH, { applicationRestrictions: { passwordCredentials } });
    assert.equal(status, 204);
  };
  /** Runs once, before or after the n-th request of a kind. */
  const once = (when: "before" | "after", method: string, count: number, action: () => void): void => {
    let seen = 0;
    fixture[when] = (request) => {
      if (request.method === method && ++seen === count) action();
      return undefined;
    };
  };

  it("merges with what somebody writes between its reading and its writing", async () => {
    once("after", "GET", 1, () => {
      otherWrites("symmetricKeyAddition");
    });
    await provider.create(blocking("passwordAddition"));
    assert.deepEqual(types(), ["symmetricKeyAddition", "passwordAddition"]);
  });

  it("writes again what somebody overwrites who had read before it wrote", async () => {
    once("after", "PATCH", 1, () => {
      otherWrites("symmetricKeyAddition");
    });
    await provider.create(blocking("passwordAddition"));
    assert.deepEqual(types(), ["symmetricKeyAddition", "passwordAddition"]);
    assert.equal(fixture.writes.length, 2);
  });

  it("notices even when its own writing was seen before it was overwritten", async () => {
    // The readings: the plan, right before the write, the first look.
    once("after", "GET", 3, () => {
      otherWrites("symmetricKeyAddition");
    });
    await provider.create(blocking("passwordAddition"));
    assert.deepEqual(types(), ["symmetricKeyAddition", "passwordAddition"]);
  });

  it("remembers what was there before its first writing, and restores that", async () => {
    once("after", "PATCH", 1, () => {
      otherWrites("symmetricKeyAddition");
    });
    const { values } = await provider.create(blocking("passwordAddition"));
    await provider.delete(values);
    assert.deepEqual(types(), ["symmetricKeyAddition"]);
  });

  it("gives up when it does not come to rest, says so, and keeps its memory", async () => {
    let turn = 0;
    fixture.after = ({ method }) => {
      if (method === "PATCH")
        otherWrites(turn++ % 2 === 0 ? "symmetricKeyAddition" : "customPasswordAddition");
      return undefined;
    };
    const error: unknown = await provider
      .create(blocking("passwordAddition"))
      .catch((reason: unknown) => reason);
    const state = partialState(error);
    assert.match(
      state?.reasons.join() ?? "",
      /^CERTLOCK_POLICY_CONTENDED: Somebody else changes .* same time/,
    );
    assert.equal(state?.id, ID);
    assert.ok(state.values["previous"] !== undefined);
  });

  it("sends the tag of what it read where Graph has one, and merges again when that is refused", async () => {
    let version = 0;
    const sent: (string | undefined)[] = [];
    fixture.tagOf = () => `W/"${version}"`;
    fixture.before = ({ method, path }) => {
      if (method !== "PATCH" || path !== PATH) return undefined;
      sent.push(fixture.ifMatch);
      if (sent.length > 1) return undefined;
      // Somebody was faster by the blink of an eye.
      otherWrites("symmetricKeyAddition");
      version += 1;
      return new Response('{"error":{"code":"PreconditionFailed","message":"changed"}}', { status: 412 });
    };
    await provider.create(blocking("passwordAddition"));
    assert.deepEqual(sent, ['W/"0"', 'W/"1"']);
    assert.deepEqual(types(), ["symmetricKeyAddition", "passwordAddition"]);
  });
});
