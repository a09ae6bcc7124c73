/** Service accounts of a Kubernetes cluster, for example of Azure Kubernetes Service. */
import type * as pulumi from "@pulumi/pulumi";
import { checkIssuer, checkName, isKnown, type Issuer } from "./claims";

/** Pods that run as one service account. */
export interface KubernetesServiceAccount {
  /**
   * Issuer of the cluster's tokens, letter by letter: that of AKS ends with a slash. AKS tells it as
   * `oidcIssuerProfile.issuerURL`; elsewhere `kubectl get --raw /.well-known/openid-configuration` does.
   * Entra must reach it from the internet.
   */
  readonly issuer: pulumi.Input<string>;
  /** Namespace of the service account. */
  readonly namespace: string;
  /** Name of the service account. Whoever may create pods in the namespace may use it. */
  readonly serviceAccount: string;
}

/**
 * Source: https://learn.microsoft.com/azure/aks/workload-identity-deploy-cluster and, for names,
 * https://kubernetes.io/docs/concepts/overview/working-with-objects/names/
 */
export const kubernetes: Issuer<KubernetesServiceAccount> = {
  caller: "Kubernetes",
  options: { issuer: "checked", namespace: "checked", serviceAccount: "checked" },
  check(at, { issuer, namespace, serviceAccount }, problems) {
    const remedy = "copy it from `kubectl get serviceaccounts --all-namespaces`";
    if (isKnown(issuer)) problems.add(`${at}.issuer`, checkIssuer(issuer, PUBLIC_ISSUER));
    problems.add(
      `${at}.namespace`,
      checkName(namespace, /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/, {
        allowed: "1 to 63 lower-case letters, digits and hyphens",
        remedy,
      }),
    );
    problems.add(
      `${at}.serviceAccount`,
      checkName(serviceAccount, SUBDOMAIN, {
        allowed: "1 to 253 lower-case letters, digits, hyphens and periods",
        remedy,
      }),
    );
  },
  claims: ({ issuer, namespace, serviceAccount }) => ({
    issuer,
    subject: `system:serviceaccount:${namespace}:${serviceAccount}`,
  }),
};

const SUBDOMAIN = /^(?=.{1,253}$)[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*$/;

/** Clusters name themselves until somebody gives them an issuer that the world can see. */
const PUBLIC_ISSUER =
  "enable the OIDC issuer of the cluster: `az aks update --enable-oidc-issuer`, or --service-account-issuer of the API server";
