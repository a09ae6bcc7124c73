import type { Register } from "../command-io";
import { registerRotationPlan } from "./rotation-plan";

/** `certlock rotation`: the commands around the rotation of certificates. */
export const registerRotation: Register = (program, io) => {
  const group = program
    .command("rotation")
    .description("see what the next runs do to certificates, and whether anything is late")
    .addHelpText("after", "\nMore: certlock rotation plan --help");
  registerRotationPlan(group, io);
};
