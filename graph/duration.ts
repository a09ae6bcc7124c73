/** Durations as Graph writes them: Edm.Duration, the part of ISO 8601 with a fixed length. */

const EDM_DURATION = /^P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)(?:\.(\d+))?S)?)?$/;

/**
 * Length in seconds of a duration such as `P180D` or `PT12H`; undefined for anything else.
 *
 * Years, months and weeks are not part of Edm.Duration, because years and months have no fixed length.
 *
 * @see https://docs.oasis-open.org/odata/odata-csdl-xml/v4.01/odata-csdl-xml-v4.01.html#sec_Duration
 */
export function durationSeconds(text: string): number | undefined {
  const match = EDM_DURATION.exec(text);
  if (match === null || text.endsWith("P") || text.endsWith("T")) return undefined;
  const [, days, hours, minutes, seconds, fraction] = match;
  const whole =
    Number(days ?? 0) * 86_400 +
    Number(hours ?? 0) * 3_600 +
    Number(minutes ?? 0) * 60 +
    Number(seconds ?? 0);
  return fraction === undefined ? whole : whole + Number(`0.${fraction}`);
}
