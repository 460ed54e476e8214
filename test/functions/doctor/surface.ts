/** Doctor's own surface, composed on rows in memory, for tests. */
import { expect } from 'vitest';
import type { DoctorEvent } from '../../../domain/events/event.ts';
import { unauthenticated } from '../../../domain/identity/identity.ts';
import { compose, type DoctorParts } from '../../../functions/doctor/compose.ts';
import { minute } from '../../domain/rows.ts';
import type { World } from '../../flows/world.ts';
import { type Call, call, quiet } from '../call.ts';

/** A dependency that a test does not use. It fails the test if it is called. */
const unused = async () => expect.unreachable();
async function* unusedPages() {
  yield expect.unreachable();
}

/** Stores of the surface that no test of rows touches. */
const untouched = {
  ...{ account: unused, makeProjects: unused, hashPassword: unused, isPassword: unused },
  users: { get: unused, change: unused, remove: unused },
  ...{ faults: unused, openFaults: unusedPages, allFaults: unusedPages },
  ...{ faultsOfHost: unusedPages, faultsOfProject: unusedPages, affectedIn: unused },
  firingsOfFault: unused,
  ...{ affectedBy: unused, webhookKey: unused, deadLetter: unused },
  ...{ subscription: unused, subscriptions: unused, statusOf: unused, countOf: unused },
  ...{ claim: unused, replace: unused, remove: unused, subscribeTo: unused, unsubscribe: unused },
  countRequestOf: { project: unused, endpoint: unused },
  ...{ cooldownSeconds: 0, topics: { notifications: [], groups: [] }, mostPerProject: 0 },
  ...{ ports: unused, dataPlane: unused, changePorts: unused, saveReport: unused },
  cloudMirror: undefined,
  ...{ moveClaim: unused, besideCloud: false, hostsIn: unused },
  ...{ seenUp: unused, seenUpTogether: unused, portIds: unusedPages },
};

/** An event from outside as it was queued, with its lane and delay. */
export type QueuedOutside = {
  readonly event: DoctorEvent;
  readonly lane: string;
  readonly delaySeconds: number | undefined;
};

/**
 * Sends a request as a user with the role `as`, below `/doctor/v1/`; `queued` has the events from
 * outside.
 */
export function doctorOf({ deps: flow }: World, given: Partial<DoctorParts> = {}) {
  const queued: QueuedOutside[] = [];
  const surface = compose({
    ...flow,
    ...{ publicUrl: '', logger: quiet },
    authenticate: async ({ 'x-auth-token': role = '' }) => {
      if (!role) throw unauthenticated();
      return { user_id: role, user_name: role, project_id: 'a', roles: [role] };
    },
    ...untouched,
    sendOutside: async (events, { lane, delaySeconds }) => {
      for (const event of events) queued.push({ event, lane, delaySeconds });
    },
    safeLaneDelaySeconds: 7,
    serviceDownTimeSeconds: 60,
    now: () => minute(20),
    ...given,
  });
  const ask = (
    method: string,
    path: string,
    given: Partial<Call> = {},
    as = 'service',
  ): ReturnType<typeof call> =>
    call(surface, {
      ...given,
      method,
      path: `/doctor/v1/${path}`,
      headers: { 'X-Auth-Token': as },
    });
  return { ask, queued };
}
