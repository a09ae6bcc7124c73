import assert from "node:assert/strict";
import { SecretFreeApplication, type SecretFreeApplicationArgs } from "../../components";
import { idOf, Recorder, type Registered, valueOf } from "./recorder";
import { refusal } from "./refusal";

const ALICE = "0a0e0000-0000-4000-8000-000000000001";
const BOB = "0a0e0000-0000-4000-8000-000000000002";
const base = { description: "Nightly billing run", owners: [ALICE, BOB] } satisfies SecretFreeApplicationArgs;

const declare = (args: object = {}, name = "billing-nightly"): SecretFreeApplication =>
  new SecretFreeApplication(name, { ...base, ...args });
const outline = ({ type, name, parent, inputs }: Registered) => ({ type, name, parent, inputs });
const applicationId = `/applications/${idOf(
  "azuread:index/applicationRegistration:ApplicationRegistration",
  "billing-nightly-registration",
)}`;

describe("SecretFreeApplication", () => {
  it("registers exactly registration, owners and service principal", async () => {
    const recorder = await Recorder.start();
    const application = declare();
    const registered = await recorder.all();
    assert.deepEqual(registered.map(outline), [
      ...[ALICE, BOB].map((ownerObjectId) => ({
        type: "azuread:index/applicationOwner:ApplicationOwner",
        name: `billing-nightly-owner-${ownerObjectId}`,
        parent: "billing-nightly",
        inputs: { applicationId, ownerObjectId },
      })),
      {
        type: "azuread:index/applicationRegistration:ApplicationRegistration",
        name: "billing-nightly-registration",
        parent: "billing-nightly",
        inputs: {
          displayName: "billing-nightly",
          description: "Nightly billing run",
          signInAudience: "AzureADMyOrg",
        },
      },
      {
        type: "azuread:index/servicePrincipal:ServicePrincipal",
        name: "billing-nightly-service-principal",
        parent: "billing-nightly",
        inputs: {
          clientId: idOf("client", "billing-nightly-registration"),
          appRoleAssignmentRequired: true,
        },
      },
      { type: "certlock:components:SecretFreeApplication", name: "billing-nightly", parent: "", inputs: {} },
    ]);
    assert.deepEqual(await valueOf(application.applicationId), { value: applicationId, secret: false });
    assert.deepEqual(await valueOf(application.clientId), {
      value: idOf("client", "billing-nightly-registration"),
      secret: false,
    });
    assert.deepEqual(await valueOf(application.servicePrincipalObjectId), {
      value: idOf("azuread:index/servicePrincipal:ServicePrincipal", "billing-nightly-service-principal"),
      secret: false,
    });
  });

  it("registers in a preview, where ids are not known yet", async () => {
    const recorder = await Recorder.start("certlock-tenant", true);
    declare();
    assert.equal((await recorder.all()).length, 5);
  });

  it("refuses every bad argument at once, before anything is registered", async () => {
    assert.deepEqual(
      await refusal(() =>
        declare({
          displayName: "d".repeat(257),
          description: " ",
          owners: [ALICE, ALICE.toUpperCase(), "alice@example.com", `/users/${BOB}`],
          signInAudience: "PersonalMicrosoftAccount",
          certificate: { keyBits: 1024 },
        }),
      ),
      [
        "displayName too-long",
        "description missing",
        "owners[1] duplicate",
        "owners[2] invalid-id",
        "owners[3] invalid-id",
        "signInAudience out-of-range",
        "certificate.keyBits out-of-range",
      ],
    );
  });

  it("refuses nobody and more than a hundred people as owners", async () => {
    const crowd = Array.from({ length: 101 }, (_, index) => idOf("owner", String(index)));
    assert.deepEqual(
      [
        await refusal(() => declare({ owners: [] })),
        await refusal(() => declare({ owners: crowd })),
        await refusal(() => declare({ description: "two\nlines" })),
      ],
      [["owners missing"], ["owners too-many"], ["description invalid-text"]],
    );
  });
});
