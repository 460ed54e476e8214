/** All hosts, kept up to date. If few change, only these are read, not the whole list. */
import type { Answered } from '../api/again.ts';
import type { DoctorAnswers } from '../api/answers.ts';
import { listHosts } from '../api/hosts.ts';
import { hostState } from '../ui/states.ts';
import { type ListedHost, withHosts } from './hosts-now.ts';
import { type Live, type Patch, useLive } from './use-live.ts';

type HostAnswer = DoctorAnswers['GET /doctor/v1/hosts/{host}'];

/** The host's present state; undefined if it is deleted. */
function hostNow(name: string, { status, text }: Answered): ListedHost | undefined {
  if (status >= 300) return undefined;
  const { host }: HostAnswer = JSON.parse(text);
  const { zone, updated_at } = host;
  return host.deleted ? undefined : { host: name, zone, updated_at, state: hostState(host) };
}

const patch: Patch<readonly ListedHost[]> = {
  kind: 'hosts',
  path: '/doctor/v1/hosts/{id}',
  put: (hosts, things) =>
    withHosts(
      hosts,
      new Map([...things].map(([name, answered]) => [name, hostNow(name, answered)])),
    ),
};

export const useHosts = (): Live<readonly ListedHost[]> =>
  useLive<readonly ListedHost[]>(listHosts, ['hosts'], [], patch);
