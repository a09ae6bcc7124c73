"use strict";

const azuread = require("@pulumi/azuread");

if (Error.stackTraceLimit !== 0) throw new Error("nodeargs of Pulumi.yaml did not arrive");
new azuread.ApplicationPassword("compiled-secret", {
  applicationId: "/applications/0a0e0000-0000-4000-8000-00000000000c",
});
