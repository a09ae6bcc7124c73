/** Where a private key would stand in plain text, and how it is told from other text. */
import { kindOf } from "./der";
import { azureClassic } from "./bridged-types";
import { azureNative, ResourceType, type } from "./resource-types";

/** Resources whose content is meant to be read by many. */
export const plainPlaces: readonly ResourceType[] = [
  type("ConfigMap", /^kubernetes:core\/v1:ConfigMap$/),
  type("Local file", /^local:[^:]+:File$/), // its sibling SensitiveFile is made for secrets
  type("Pipeline variable", /^github:[^:]+:Actions\w*Variable$/), // its sibling ActionsSecret is encrypted
  azureNative("Automation variable", "automation", "Variable"), // unless encrypted
  azureClassic(
    "Automation variable",
    "automation",
    "(?:String|Object|)Variable(?:Object)?",
    "automation_variable_string",
    "automation_variable_object",
  ),
];

const keyKinds: readonly string[] = ["a private key", "an encrypted private key", "a PKCS#12 bundle"];

/** A private key in PEM, or in base64 with or without its certificate. */
export function holdsPrivateKey(text: string): boolean {
  if (/-----BEGIN [A-Z0-9 ]{0,20}PRIVATE KEY-----/.test(text)) return true;
  const compact = text.replace(/\s/g, "");
  if (compact.length < 40 || !/^[0-9A-Za-z+/]+={0,2}$/.test(compact)) return false;
  const bytes = Buffer.from(compact, "base64");
  return (
    keyKinds.includes(kindOf(bytes)) || /-----BEGIN [A-Z0-9 ]{0,20}PRIVATE KEY/.test(bytes.toString("latin1"))
  );
}

/** By its name a private key: "privateKeyPem", but not "privateKeyId". */
export function namesPrivateKey(path: string): boolean {
  const name = path.split(".").at(-1) ?? "";
  const isKey = /private[-_]?key|key[-_]?pem$|(?:^|[-_a-z])p(?:fx|12)$|pkcs[-_]?(?:8|12)$/i.test(name);
  const isAboutKey = /public|(?:ids?|name|ur[il]|thumbprint|fingerprint|algorithm|size|bits|path|version)$/i;
  return isKey && !isAboutKey.test(name);
}
