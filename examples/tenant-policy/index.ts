/**
 * The tenant itself refuses new client secrets and long certificates, of every application, whoever deploys it. What others
 * or Microsoft set in the same policy stays; destroying the stack restores what was there before.
 */
import { TenantCredentialPolicy } from "certlock/components";

new TenantCredentialPolicy("tenant-credentials", { certificateMaxLifetimeDays: 180 });
