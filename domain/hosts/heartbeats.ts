/** The heartbeats of many hosts in one message or request. */
import * as z from 'zod';
import { HostName } from './host.ts';

/** The most hosts in a message or request of heartbeats. */
export const mostHeartbeats = 100;

/** The names of hosts that run; a name may come twice. */
export const HeartbeatNames = z
  .array(HostName)
  .max(mostHeartbeats, `At most ${mostHeartbeats} are allowed.`);
