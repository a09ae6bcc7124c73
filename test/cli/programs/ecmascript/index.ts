import * as azuread from "@pulumi/azuread";
import { displayName } from "./names.js";

const { tenantId } = await azuread.getClientConfig({});
new azuread.Application("modern", { displayName: displayName(tenantId), description: "Of an ES module." });
