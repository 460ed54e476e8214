/** What Doctor knows of a monitored host, read as an administrator. */
import * as z from 'zod';
import type { World } from '../program.ts';

/** Changes the settings of a source, as the how-to pages say. */
export async function setSource(
  { admin }: World,
  name: string,
  settings: {
    readonly clear: 'auto' | 'hold';
    readonly fenced?: boolean;
    readonly mapping?: unknown;
  },
): Promise<void> {
  await admin.expect('PUT', `/doctor/v1/sources/${name}`, { body: settings });
}

const Faults = z.object({ faults: z.array(z.object({ raised_at: z.string() })) });

/** When Doctor accepted the newest fault of a host, in ms since 1970. */
export async function acceptedAt({ admin }: World, host: string): Promise<number> {
  const { body } = await admin.expect('GET', `/doctor/v1/faults?host=${host}`);
  return Date.parse(Faults.parse(body).faults[0]?.raised_at ?? '');
}

const Conditions = z.object({
  conditions: z.array(z.object({ source: z.string(), key: z.string(), state: z.string() })),
});

/** The conditions of a host, cleared ones included. */
export async function conditionsOf({ admin }: World, host: string) {
  const { body } = await admin.expect('GET', `/doctor/v1/conditions?host=${host}`);
  return Conditions.parse(body).conditions;
}

/** The sources that hold a host down now, by name. */
export const raisedBy = async (world: World, host: string): Promise<string[]> =>
  (await conditionsOf(world, host))
    .flatMap(({ source, state }) => (state === 'raised' ? [source] : []))
    .sort();
