/**
 * A sample of the ports that Nova shows on its servers. A walk looks for them among Neutron's: if most
 * are not there, the service user may not see the ports of all projects.
 */
import * as z from 'zod';

export const PortSample = z.object({
  /** How many MAC addresses were taken. */
  taken: z.int().min(0),
  /** Those of them that Neutron has not shown yet. */
  missing: z.array(z.string()),
});
export type PortSample = z.infer<typeof PortSample>;

/** The sample before anything was seen. */
export const noSample: PortSample = { taken: 0, missing: [] };

/** The most MAC addresses in a sample: a row of a job keeps them. */
const mostTaken = 100;

/** The sample with some of the MAC addresses of further servers. */
export function sampledWith({ taken, missing }: PortSample, macs: readonly string[]): PortSample {
  const fresh = [...new Set(macs)].filter((mac) => !missing.includes(mac));
  const added = fresh.slice(0, mostTaken - taken);
  return { taken: taken + added.length, missing: [...missing, ...added] };
}

/** The sample after further ports of Neutron were seen. */
export const sampleAfter = (
  { taken, missing }: PortSample,
  macs: ReadonlySet<string>,
): PortSample => ({ taken, missing: missing.filter((mac) => !macs.has(mac)) });

/** Whether Neutron has shown less than half of the sample. */
export const isMostMissing = ({ taken, missing }: PortSample): boolean =>
  missing.length * 2 > taken;
