import assert from "node:assert/strict";
import { AzureAuthorityHosts } from "@azure/identity";
import { cloudByEndpoint, cloudByName, CLOUDS, durationSeconds } from "../../graph";

describe("durations of Graph", () => {
  for (const [text, seconds] of [
    ["P180D", 15_552_000],
    ["PT4320H", 15_552_000],
    ["P1DT2H3M4.5S", 93_784.5],
    ["P0D", 0],
    ["PT0.25S", 0.25],
  ] as const) {
    it(`reads ${text}`, () => {
      assert.equal(durationSeconds(text), seconds);
    });
  }

  for (const text of ["", "P", "PT", "P1DT", "P6M", "P1Y", "P4W", "180D", "P-1D", "p1d", "P1.5D", "P1D "]) {
    it(`does not take "${text}" for a duration`, () => {
      assert.equal(durationSeconds(text), undefined);
    });
  }
});

describe("clouds", () => {
  it("finds a cloud by the names the azuread provider uses", () => {
    assert.deepEqual(
      ["public", "global", "usgovernment", "USGovernmentL4", "dod", "china", "mars"].map(
        (name) => cloudByName(name)?.graphEndpoint,
      ),
      [
        "https://graph.microsoft.com",
        "https://graph.microsoft.com",
        "https://graph.microsoft.us",
        "https://graph.microsoft.us",
        "https://dod-graph.microsoft.us",
        "https://microsoftgraph.chinacloudapi.cn",
        undefined,
      ],
    );
  });

  it("finds a cloud by either endpoint and asks for a token of its own Graph", () => {
    for (const cloud of CLOUDS) {
      assert.equal(cloudByEndpoint(cloud.graphEndpoint), cloud);
      assert.equal(cloud.scope, `${cloud.graphEndpoint}/.default`);
    }
    assert.equal(cloudByEndpoint("https://localhost:8443"), undefined);
  });

  // https://learn.microsoft.com/graph/deployments and, for the audiences,
  // https://learn.microsoft.com/entra/workload-id/workload-identity-federation-considerations
  it("has what Microsoft names for each: Graph, sign-in, audience of exchanged tokens", () => {
    const { AzurePublicCloud, AzureGovernment, AzureChina } = AzureAuthorityHosts;
    assert.deepEqual(
      CLOUDS.map((one) => [one.name, one.graphEndpoint, one.loginEndpoint, one.federationAudience]),
      [
        ["public", "https://graph.microsoft.com", AzurePublicCloud, "api://AzureADTokenExchange"],
        ["usgovernment", "https://graph.microsoft.us", AzureGovernment, "api://AzureADTokenExchangeUSGov"],
        [
          "usgovernmentl5",
          "https://dod-graph.microsoft.us",
          AzureGovernment,
          "api://AzureADTokenExchangeUSGov",
        ],
        ["china", "https://microsoftgraph.chinacloudapi.cn", AzureChina, "api://AzureADTokenExchangeChina"],
      ],
    );
  });
});
