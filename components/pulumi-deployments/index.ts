export {
  type AzureDeploymentIdentity,
  type DeploymentSource,
  ScheduledUpdate,
  type ScheduledUpdateArgs,
} from "./scheduled-update";
