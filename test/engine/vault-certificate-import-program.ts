/** Takes over a version that stands in a vault already. */
import * as pulumi from "@pulumi/pulumi";
import { VaultCertificate } from "../../components";

interface Settings {
  readonly id: string;
  readonly generation: number;
  readonly subject: string;
}

const { id, generation, subject } = new pulumi.Config("certlock-tenant").requireObject<Settings>("imported");

const imported = new VaultCertificate(
  "imported",
  {
    vaultUri: new URL("/", id).href,
    certificateName: "billing",
    generation,
    subject,
    keyBits: 2048,
    tags: { owner: "finance" },
  },
  { import: id, retainOnDelete: true },
);

export const thumbprint = imported.thumbprintSha256;
