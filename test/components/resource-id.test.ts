import assert from "node:assert/strict";
import * as fc from "fast-check";
import { checkResourceId, parseResourceId, printResourceId } from "../../components/resource-id";

const SUBSCRIPTION = "11111111-2222-4333-8444-555555555555";
const WORKSPACE = `/subscriptions/${SUBSCRIPTION}/resourceGroups/rg-logs/providers/Microsoft.OperationalInsights/workspaces/log-central`;
const SUBNET = `/subscriptions/${SUBSCRIPTION}/resourceGroups/rg-net/providers/Microsoft.Network/virtualNetworks/vnet-hub/subnets/jobs`;

const word = fc.stringMatching(/^[A-Za-z][A-Za-z0-9]{0,20}$/);
const name = fc.stringMatching(/^[A-Za-z0-9_().-]{1,40}$/);
const id = fc
  .record({
    subscriptionId: fc.uuid({ version: 4 }),
    resourceGroupName: name,
    namespace: fc.array(word, { minLength: 2, maxLength: 3 }).map((parts) => parts.join(".")),
    path: fc.array(fc.tuple(word, name), { minLength: 1, maxLength: 4 }),
  })
  .map(({ namespace, path, ...rest }) => ({
    ...rest,
    type: [namespace, ...path.map(([type]) => type)].join("/"),
    names: path.map(([, each]) => each),
  }));

describe("ids of Azure resources", () => {
  it("are read into their parts", () => {
    assert.deepEqual(parseResourceId(SUBNET), {
      subscriptionId: SUBSCRIPTION,
      resourceGroupName: "rg-net",
      type: "Microsoft.Network/virtualNetworks/subnets",
      names: ["vnet-hub", "jobs"],
    });
    assert.deepEqual(
      parseResourceId(WORKSPACE.replace("resourceGroups", "resourcegroups"))?.names,
      ["log-central"],
      "Azure itself writes this segment both ways",
    );
  });

  it("come out of the parser as they went in, whatever their type", () => {
    fc.assert(
      fc.property(id, (parts) => {
        assert.deepEqual(parseResourceId(printResourceId(parts)), parts);
        assert.equal(checkResourceId(printResourceId(parts), parts.type.toUpperCase()), undefined);
      }),
    );
  });

  it("are not read out of anything with a piece missing, added or empty", () => {
    fc.assert(
      fc.property(id, fc.nat(), fc.constantFrom("", " ", "a/b", "?x", "#x", "%2f"), (parts, at, piece) => {
        const segments = printResourceId(parts).split("/");
        const index = at % segments.length;
        assert.equal(parseResourceId(segments.toSpliced(index, 1).join("/")), undefined);
        const position = 1 + (at % (segments.length - 1));
        assert.equal(parseResourceId(segments.with(position, piece).join("/")), undefined);
      }),
    );
  });

  it("are refused when they are of another type, with both types named", () => {
    assert.deepEqual(checkResourceId(SUBNET, "Microsoft.OperationalInsights/workspaces"), {
      code: "invalid-id",
      given: "the id of a Microsoft.Network/virtualNetworks/subnets",
      allowed:
        "the id of a Microsoft.OperationalInsights/workspaces: /subscriptions/…/resourceGroups/…/providers/Microsoft.OperationalInsights/workspaces/…",
      remedy: "take the id of the Microsoft.OperationalInsights/workspaces itself",
    });
    assert.deepEqual(checkResourceId("log-central", "Microsoft.Network/virtualNetworks/subnets"), {
      code: "invalid-id",
      given: '"log-central"',
      allowed:
        "the id of a Microsoft.Network/virtualNetworks/subnets: /subscriptions/…/resourceGroups/…/providers/Microsoft.Network/virtualNetworks/…/subnets/…",
      remedy:
        'pass the property "id" of the resource, or copy the resource id from its JSON view in the portal',
    });
  });
});
