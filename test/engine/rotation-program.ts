/** One application, with the certificate the configuration asks for. */
import * as pulumi from "@pulumi/pulumi";
import { type CertificateArgs, SecretFreeApplication } from "../../components";

const application = new SecretFreeApplication("billing-nightly", {
  description: "Nightly billing run",
  owners: ["0a0e0000-0000-4000-8000-000000000001"],
  certificate: new pulumi.Config("certlock-tenant").requireObject<CertificateArgs>("certificate"),
});

export const objectId = application.objectId;
