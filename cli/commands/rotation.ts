import type { Register } from "../command-io";
import { registerRotationSchedule } from "./rotation-schedule";

/** `certlock rotation`: the commands around the rotation of certificates. */
export const registerRotation: Register = (program, io) => {
  const group = program
    .command("rotation")
    .description("see what the next runs do to certificates, and whether anything is late");
  registerRotationSchedule(group, io);
};
