import type { Register } from "../command-io";
import { registerRotationPlan } from "./rotation-plan";
import { registerRotationSchedule } from "./rotation-schedule";

/** `certlock rotation`: the commands around the rotation of certificates. */
export const registerRotation: Register = (program, io) => {
  const group = program
    .command("rotation")
    .description("see what the next runs do to certificates, and have them run on a schedule")
    .addHelpText("after", "\nMore: certlock rotation plan --help, certlock rotation schedule --help");
  registerRotationPlan(group, io);
  registerRotationSchedule(group, io);
};
