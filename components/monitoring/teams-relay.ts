/** A logic app that turns alerts of Azure Monitor into cards in a channel of Microsoft Teams. */
import * as logic from "@pulumi/azure-native/logic";
import * as pulumi from "@pulumi/pulumi";

const TRIGGER = "alert";

/** What every alert has in the common alert schema. */
const field = (name: string): string => `@{triggerBody()?['data']?['essentials']?['${name}']}`;

/**
 * A card says which alert it is, how severe and since when, and nothing out of the logs: names there are other people's,
 * and a card renders Markdown.
 */
const CARD = {
  type: "message",
  attachments: [
    {
      contentType: "application/vnd.microsoft.card.adaptive",
      content: {
        $schema: "http://adaptivecards.io/schemas/adaptive-card.json",
        type: "AdaptiveCard",
        version: "1.4",
        body: [
          { type: "TextBlock", size: "Medium", weight: "Bolder", wrap: true, text: field("alertRule") },
          { type: "TextBlock", wrap: true, text: field("description") },
          {
            type: "FactSet",
            facts: [
              { title: "Condition", value: field("monitorCondition") },
              { title: "Severity", value: field("severity") },
              { title: "Since", value: field("firedDateTime") },
            ],
          },
        ],
        actions: [
          {
            type: "Action.OpenUrl",
            title: "Open the alerts",
            url: "https://portal.azure.com/#view/Microsoft_Azure_Monitoring/AlertsV2Blade",
          },
        ],
      },
    },
  ],
};

const DEFINITION = {
  $schema:
    "https://schema.management.azure.com/providers/Microsoft.Logic/schemas/2016-06-01/workflowdefinition.json#",
  contentVersion: "1.0.0.0",
  parameters: { teamsWebhookUrl: { type: "SecureString" } },
  triggers: { [TRIGGER]: { type: "Request", kind: "Http", inputs: { schema: {} } } },
  actions: {
    post: {
      type: "Http",
      inputs: { method: "POST", uri: "@parameters('teamsWebhookUrl')", body: CARD },
      runAfter: {},
      // The address stays out of the history of runs.
      runtimeConfiguration: { secureData: { properties: ["inputs"] } },
    },
  },
  outputs: {},
};

/** Creates `<name>-teams`. */
export function createTeamsRelay(
  name: string,
  webhookUrl: pulumi.Input<string>,
  surroundings: {
    readonly resourceGroupName: pulumi.Input<string>;
    readonly location: pulumi.Input<string> | undefined;
    readonly tags: Readonly<Record<string, string>>;
  },
  child: pulumi.CustomResourceOptions,
): { readonly resourceId: pulumi.Output<string>; readonly callbackUrl: pulumi.Output<string> } {
  const { resourceGroupName, location, tags } = surroundings;
  const workflowName = `${name}-teams`;
  const workflow = new logic.Workflow(
    workflowName,
    {
      workflowName,
      resourceGroupName,
      ...(location === undefined ? {} : { location }),
      state: "Enabled",
      definition: DEFINITION,
      parameters: { teamsWebhookUrl: { type: "SecureString", value: pulumi.secret(webhookUrl) } },
      tags,
    },
    child,
  );
  const trigger = logic.listWorkflowTriggerCallbackUrlOutput(
    {
      resourceGroupName,
      // By way of the id: there is no address to ask for before the workflow exists.
      workflowName: workflow.id.apply(() => workflowName),
      triggerName: TRIGGER,
    },
    { parent: workflow },
  );
  // Whoever knows it can write into the channel.
  return { resourceId: workflow.id, callbackUrl: pulumi.secret(trigger.apply(({ value }) => value)) };
}
