/**
 * One `up` in a process of its own, to be interrupted by a test. The argument is the JSON of OpenStackOptions; prints
 * the URN of every resource that is done, then `ok` or `failed`.
 */
import { takeOverSignals } from "../../tools/stack/interruption";
import { openStack, type OpenStackOptions } from "../../tools/stack/stack";

async function main(): Promise<void> {
  const options = JSON.parse(process.argv[2] ?? "{}") as OpenStackOptions;
  const stack = await openStack(options);
  const outcome = await stack.up({
    signal: takeOverSignals(false).signal,
    onResource: (urn) => process.stdout.write(`${urn}\n`),
  });
  process.stdout.write(outcome.ok ? "ok\n" : `failed\n${outcome.output}\n`);
}

void main();
