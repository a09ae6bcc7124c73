import { legacy } from "./apps/legacy";

/** As many programs end: an async function whose result is the outputs. */
export = async () => {
  const { clientId } = await Promise.resolve(legacy());
  return { clientId };
};
