/**
 * Time constraints of alarms as clients write them. Event alarms keep and show them and are not
 * held back by them, as in Aodh.
 */
import * as z from 'zod';
import type { AlarmFacts } from './alarm.ts';
import { DomainError } from './errors.ts';
import { text } from './wsme.ts';

type TimeConstraint = AlarmFacts['time_constraints'][number];

const seconds = z.union([
  z.int(),
  z
    .string()
    .regex(/^\d{1,15}$/)
    .transform(Number),
]);

const Input = z.strictObject({
  name: text(255),
  /** Five to seven fields of cron. */
  start: text(255).regex(/^\s*[\w*,/?#-]+(\s+[\w*,/?#-]+){4,6}\s*$/, 'Invalid cron expression.'),
  duration: seconds.refine((given) => given >= 0, 'A number of seconds is expected.'),
  timezone: text(64).nullish(),
  description: text(1024).nullish(),
});

/** The list as stored; absent or null is empty. At most twenty, each with a name of its own. */
export const TimeConstraints = z
  .array(Input, 'A list is expected.')
  .max(20, 'At most 20 are allowed.')
  .nullish()
  .transform((given) => (given ?? []).map(normalised))
  .refine((all) => new Set(all.map(({ name }) => name)).size === all.length, {
    error: 'Time constraint names must be unique for a given alarm.',
  });

function normalised({ name, start, duration, ...rest }: z.infer<typeof Input>): TimeConstraint {
  const timezone = rest.timezone ?? '';
  if (timezone !== '' && !isTimezone(timezone)) {
    throw new DomainError('invalid', `Timezone ${timezone} is not valid`);
  }
  const generated = `Time constraint at ${start} lasting for ${duration} seconds`;
  return { name, description: rest.description || generated, start, duration, timezone };
}

function isTimezone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}
