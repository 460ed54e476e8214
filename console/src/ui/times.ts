/** Formats times for people, in the time zone of the browser. Pure functions. */

/** Parses a time of any surface. Aodh and Nova write UTC without the zone. */
export function momentOf(at: string): Date {
  return new Date(/(Z|[+-]\d\d:\d\d)$/.test(at) ? at : `${at}Z`);
}

const units: readonly (readonly [string, number])[] = [
  ['d', 86_400],
  ['h', 3_600],
  ['min', 60],
  ['s', 1],
];

/** How long something lasts, in its largest unit, rounded down: `3 h`. */
export function lasting(milliseconds: number): string {
  const seconds = Math.max(0, Math.floor(milliseconds / 1_000));
  const [unit, size] = units.find(([, least]) => seconds >= least) ?? ['s', 1];
  return `${Math.floor(seconds / size)} ${unit}`;
}

/** The time between two times: `+210 ms`, `+4.2 s`, and longer ones in their largest unit. */
export function delayInWords(from: string, to: string): string {
  const milliseconds = Math.max(0, momentOf(to).getTime() - momentOf(from).getTime());
  if (milliseconds < 1_000) return `+${milliseconds} ms`;
  return milliseconds < 60_000
    ? `+${(milliseconds / 1_000).toFixed(1)} s`
    : `+${lasting(milliseconds)}`;
}

const sameDay = (a: Date, b: Date): boolean => a.toDateString() === b.toDateString();

/** The local time; with the date, if it is not today's. */
export function localTime(at: string, now: Date): string {
  const moment = momentOf(at);
  const time = moment.toLocaleTimeString(undefined, { hour12: false });
  return sameDay(moment, now) ? time : `${moment.toLocaleDateString()} ${time}`;
}

/** The time in UTC, for the tooltip. */
export const utcTime = (at: string): string =>
  `${momentOf(at).toISOString().slice(0, 19).replace('T', ' ')} UTC`;
