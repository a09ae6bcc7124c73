/** The policy pack, started by being loaded. To use its rules, import `certlock-policies/catalogue` instead. */
import { PolicyPack } from "@pulumi/policy";
import { packPolicies } from "./pack";

new PolicyPack("certlock-policies", { policies: packPolicies(process.env) });
