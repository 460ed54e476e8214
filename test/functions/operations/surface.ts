/** The surface for consoles and operators, composed on stores in memory. */
import { withImpliedRoles } from '../../../domain/identity/access.ts';
import { noDepartures } from '../../../domain/servers/evacuation.ts';
import { composeApi, type OperationsParts } from '../../../functions/operations/compose.ts';
import { type Call, call, quiet } from '../call.ts';

export const now = '2026-01-01T00:10:00.000Z';

/** Stores that are empty. */
export const emptyStores: OperationsParts = {
  publicUrl: '',
  logger: quiet,
  authenticate: async () => {
    throw new Error('nobody');
  },
  alarmTesting: async () => ({
    alarm: async () => undefined,
    alarmTest: async () => undefined,
    alarmCounts: async () => new Map(),
    silences: async () => [],
    subscriptionsOf: async () => [],
    countTest: async () => true,
    saveTest: async () => {},
    queueTest: async () => {},
    ...{ newId: () => 'i', now: () => now },
  }),
  openApi: async () => ({ openapi: '3.1.0', servers: [] }),
  changesFrom: async () => [],
  take: async () => ({ place: 'p', holder: 'h' }),
  takeOfAll: async () => ({ place: 'q', holder: 'h' }),
  giveBack: async () => {},
  pause: async () => {},
  silencing: {
    silence: async () => undefined,
    addSilence: async () => 'written',
    changeSilence: async () => true,
    silencePage: async () => [],
    ...{ silencesPerProject: 2, silenceLongestSeconds: 3600, newId: () => 'i', now: () => now },
  },
  now: () => now,
  clock: () => Date.parse(now),
  serviceDownTimeSeconds: 60,
  allHosts: async () => [],
  serversByState: async () => ({ counts: {}, complete: true }),
  portCount: async () => ({ count: 0, complete: true }),
  openFaultCount: async () => ({ count: 0, complete: true, oldest_at: null }),
  depthsOfWork: async () => ({}),
  depthsOfDeadLetters: async () => ({}),
  samplesFrom: async () => [],
  sentFrom: async () => [],
  webhooksFrom: async () => [],
  host: async () => undefined,
  faultsOfHost: async function* () {},
  affectedBy: async () => [],
  switchesOf: async () => [],
  migrations: async function* () {},
  departures: async () => noDepartures,
  hold: async () => [],
  release: async () => {},
  deleteLetters: async () => {},
  sendBack: async () => {},
  reopenWebhooks: async () => {},
  sampleQueues: async () => {},
  callReader: async () => ({ status: 200, body: {} }),
};

/** Sends a request as a user with one role, and those that it implies, in the project `a`. */
export const asking =
  (stores: Partial<OperationsParts> = {}) =>
  (role: string, request: Call) =>
    call(
      composeApi({
        ...emptyStores,
        ...stores,
        authenticate: async () => ({
          ...{ user_id: 'u', user_name: 'u', project_id: 'a', roles: withImpliedRoles([role]) },
        }),
      }),
      request,
    );
