/** Silences for tests. */
import { newSilence, type Silence } from '../../../domain/alarms/silence.ts';
import { id, minute } from '../rows.ts';

/** A silence of all alarms of project `a`, from minute 5 to minute 60. */
export const silenceWith = (given: Partial<Silence> = {}): Silence => ({
  ...newSilence(
    { project_id: 'a', matchers: {}, starts_at: minute(5), ends_at: minute(60), reason: 'work' },
    { silence_id: id(77), created_by: 'u', created_at: minute(0) },
  ),
  ...(given.ends_at !== undefined && { due_at: given.ends_at }),
  ...given,
});
