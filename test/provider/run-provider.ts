/** Starts the provider's process from its sources; spawned by process.test.ts. */
import { run } from "../../provider/main";

run();
