/**
 * The servers of a host that is up again are read from the cloud at once: no listing of changes
 * shows them, and the next walk may be an hour away. Source: docs/wire/cloud-listings.md#servers.
 */
import * as z from 'zod';
import { HostName } from '../hosts/host.ts';

/** On the queue of the mirror: read the servers of a host. */
export const HostRead = z.object({
  readHost: HostName,
  /** How often it was tried before. */
  attempts: z.int().min(0).default(0),
});
export type HostRead = z.infer<typeof HostRead>;

/**
 * Pauses between two reads, in seconds: ten minutes together. The cloud takes a host for up only when its
 * compute service has reported again.
 */
const pauses = [10, 20, 40, 80, 160, 300] as const;

/**
 * Seconds until the next read; undefined if the next walk is to see the servers.
 * @param attempts before this one.
 */
export const pauseAfterRead = (attempts: number): number | undefined => pauses[attempts];
