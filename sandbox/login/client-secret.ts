import { timingSafeEqual } from "node:crypto";
import { secretDigest } from "../graph/password-credentials";
import type {
  ApplicationRecord,
  PasswordCredential,
  ServicePrincipalRecord,
} from "../tenant/directory-objects";
import { LoginError } from "./login-error";

/** Holds a client secret against the passwords of the application and of its service principal. */
export function verifyClientSecret(
  secret: string,
  application: ApplicationRecord,
  servicePrincipal: ServicePrincipalRecord,
  now: Date,
): PasswordCredential {
  const digest = secretDigest(secret);
  const matching = [...application.passwordCredentials, ...servicePrincipal.passwordCredentials].find(
    ({ secretSha256 }) => timingSafeEqual(secretSha256, digest),
  );
  if (!matching || now < new Date(matching.startDateTime)) {
    throw new LoginError(
      "invalid_client",
      7000215,
      "Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, " +
        `not the client secret ID, for a secret added to app '${application.appId}'.`,
    );
  }
  if (now >= new Date(matching.endDateTime)) {
    throw new LoginError(
      "invalid_client",
      7000222,
      `The provided client secret keys for app '${application.appId}' are expired. Visit the Azure portal to ` +
        "create new keys for your app: https://aka.ms/NewClientSecret, or consider using certificate credentials " +
        "for added security: https://aka.ms/certCreds.",
    );
  }
  return matching;
}
