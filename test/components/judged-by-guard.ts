/** Hands what a component registered to the compiled pack, as the engine would after an update. */
import { compiledPack } from "../policies/harness/compiled-pack";
import { type RuleConfiguration, urnOf } from "../policies/harness/wire";
import { idOf, type Registered } from "./recorder";

/** All that the rules of the given families say, resource by resource and over the whole stack. */
export async function judged(
  registered: readonly Registered[],
  families: readonly string[],
  options: Readonly<Record<string, RuleConfiguration>> = {},
): Promise<string[]> {
  const pack = await compiledPack();
  await pack.configure(options);
  const urnsOf = (names: readonly string[]) =>
    registered.filter((one) => names.includes(one.name)).map(urnOfRegistered);
  const resources = registered.map(({ type, name, plain, dependencies, sources }) => ({
    type,
    name,
    // The stack shows outputs too; rules find what belongs to an application by its object id.
    props: { ...plain, ...(/:Application(?:Registration)?$/.test(type) && { objectId: idOf(type, name) }) },
    dependencies: urnsOf(dependencies),
    propertyDependencies: Object.fromEntries(
      Object.entries(sources).map(([input, from]) => [input, urnsOf(from)]),
    ),
  }));
  const analyses = [
    ...(await Promise.all(resources.map((resource) => pack.analyze(resource)))),
    await pack.analyzeStack(resources),
  ];
  return analyses
    .flatMap(({ findings }) => findings)
    .filter(({ rule }) => families.some((family) => rule.startsWith(family)))
    .map(({ rule, message }) => `${rule}: ${message}`);
}

function urnOfRegistered({ type, name }: Registered): string {
  return urnOf({ type, name, props: {} });
}
