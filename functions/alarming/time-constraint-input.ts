/** Parses time constraints as clients write them into the stored form. */
import * as z from 'zod';
import type { TimeConstraint } from '../../domain/alarms/alarm.ts';
import { everStarts, isReadable, isTimezone } from '../../domain/alarms/time-constraint.ts';
import { DomainError } from '../../domain/errors.ts';
import { wsmeText } from './wsme.ts';

const seconds = z.union([
  z.int(),
  z
    .string()
    .regex(/^\d{1,15}$/)
    .transform(Number),
]);

const Input = z.strictObject({
  name: wsmeText(255),
  /** Five to seven fields of cron: see `domain/alarms/time-constraint.ts`. */
  start: wsmeText(255)
    .regex(/^\s*[\w*,/?#-]+(\s+[\w*,/?#-]+){4,6}\s*$/, 'Invalid cron expression.')
    .refine((start) => isReadable({ start, timezone: '' }), 'Invalid cron expression.')
    .refine(everStarts, 'This time never occurs.'),
  duration: seconds.refine((given) => given >= 0, 'A number of seconds is expected.'),
  timezone: wsmeText(64).nullish(),
  description: wsmeText(1024).nullish(),
});

/** The list; an absent or null list is empty. At most a hundred, with different names. */
export const TimeConstraints = z
  .array(Input, 'A list is expected.')
  .max(100, 'At most 100 are allowed.')
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
