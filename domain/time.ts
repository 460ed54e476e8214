/**
 * Moments. Inside Doctor a moment has one form: ISO 8601 in UTC with milliseconds and `Z`. The
 * order of such texts is the order of their times. Each API shows moments in a form of its own.
 */
import * as z from 'zod';

/** A moment in Doctor's form: `2026-01-01T00:00:00.000Z`. */
export const Moment = z.iso.datetime({ precision: 3 });

/** The moment of a time in milliseconds since 1970. */
export const momentOf = (time: number): string => new Date(time).toISOString();

/** The moment so many seconds after another one; before it if they are negative. */
export const laterBy = (moment: string, seconds: number): string =>
  momentOf(Date.parse(moment) + seconds * 1_000);

const Day = z.iso.date();

/**
 * The moment that a text names: ISO 8601 with any fraction, with or without a zone (without one it
 * is UTC). Undefined if the text is not a moment.
 */
export function parseMoment(text: string): string | undefined {
  const iso = /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d([.,]\d+)?)?(Z|[+-]\d\d:?\d\d)?$/i.exec(text);
  if (!iso) return undefined;
  // Date.parse would take 30 February for 2 March.
  if (!Day.safeParse(text.slice(0, 10)).success) return undefined;
  const time = Date.parse(`${text.replace(' ', 'T').replace(',', '.')}${iso[3] ? '' : 'Z'}`);
  const moment = Number.isNaN(time) ? undefined : momentOf(time);
  // An offset may lead to a year that does not have four digits.
  return Moment.safeParse(moment).data;
}

/** The form of times in events: UTC without a zone, with microseconds, or without a fraction if it is 0. */
export const naive = (moment: string): string =>
  moment.endsWith('.000Z') ? moment.slice(0, -5) : `${moment.slice(0, -1)}000`;
