import type { DoctorAnswers } from '../../api/answers.ts';
import { ApiError, ask } from '../../api/client.ts';
import { listHosts } from '../../api/hosts.ts';
import { type Alarm, getAlarm, listAlarms, listPorts, listServers } from '../../api/openstack.ts';
import { isOperator } from '../../api/session.ts';
import { linkTo } from '../../links.ts';
import { useLive } from '../../live/use-live.ts';
import { type Page, type PageOf, usePages } from '../../live/use-pages.ts';
import { Badge, Loading, Problem, Section, View } from '../../ui/basics.tsx';
import { AlarmTable } from '../alarms/alarm-table.tsx';
import { FaultTable } from '../faults/fault-table.tsx';
import { PortTable } from '../ports/port-table.tsx';
import { ServerTable } from '../servers/server-table.tsx';

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** The largest number of hosts that a search shows. */
const mostHosts = 50;

type FaultAnswer = DoctorAnswers['GET /doctor/v1/faults/{id}'];

/** A list with the thing that has an id; empty if there is none. */
async function orNone<Thing>(found: Promise<Thing>): Promise<Thing[]> {
  try {
    return [await found];
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return [];
    throw error;
  }
}

/** A list with the fault that has the id; empty if there is none. */
const faultsOf = (id: string, signal: AbortSignal): Promise<FaultAnswer['fault'][]> =>
  orNone(ask('GET /doctor/v1/faults/{id}', { params: { id }, signal }).then(({ fault }) => fault));

/** The alarms with a name, or the one that has an id. */
async function alarmsOf(words: string, page: PageOf, signal?: AbortSignal): Promise<Page<Alarm>> {
  if (!uuid.test(words)) {
    return listAlarms({ 'q.field': 'name', 'q.value': words }, page, signal);
  }
  return { rows: await orNone(getAlarm(words, signal)), next: undefined };
}

/** Hosts with the words in their names. */
async function hostsNamed(words: string, signal: AbortSignal) {
  const lower = words.toLowerCase();
  return (await listHosts(signal)).filter(({ host }) => host.toLowerCase().includes(lower));
}

/** Searches everything at the same time. Each result is shown as soon as it is found. */
function useFound(words: string) {
  const isId = uuid.test(words);
  const of = [words];
  return {
    hosts: useLive(
      async (signal) => (isOperator.value && !isId ? hostsNamed(words, signal) : []),
      ['hosts'],
      of,
    ),
    servers: usePages(
      (page, signal) => listServers(isId ? { uuid: words } : { name: words }, page, signal),
      ['servers', 'hosts'],
      { of },
    ),
    ports: usePages(
      (page, signal) => listPorts(isId ? { id: words } : { name: words }, page, signal),
      ['ports'],
      { of },
    ),
    alarms: usePages((page, signal) => alarmsOf(words, page, signal), ['alarms'], { of }),
    faults: useLive(async (signal) => (isId ? faultsOf(words, signal) : []), ['faults'], of),
  };
}

/** Hosts, servers, ports, alarms and faults by name or id. */
export function Search({ words }: { words: string }) {
  const found = useFound(words);
  const all = Object.values(found);
  const error = all.map((each) => each.error).find((text) => text !== '') ?? '';
  const isDone = all.every(({ partial }) => !partial);
  const isEmpty = all.every(({ data = [] }) => data.length === 0);
  return (
    <View title={`Search: ${words}`}>
      <p class="faint">
        By a part of the name: {isOperator.value ? 'hosts and servers' : 'servers'}. By the whole
        name: ports and alarms. By the whole id: servers, ports, alarms and faults.
      </p>
      <Problem text={error} />
      <Results found={found} />
      {!isDone && error === '' && <Loading />}
      {isDone && isEmpty && <p>Nothing has this name or id.</p>}
    </View>
  );
}

function Results({ found }: { found: ReturnType<typeof useFound> }) {
  const { hosts, servers, ports, alarms, faults } = found;
  const has = ({ data = [] }: { data: readonly unknown[] | undefined }) => data.length > 0;
  return (
    <>
      {hosts.data && has(hosts) && (
        <Section title="Hosts">
          <ul class="found">
            {hosts.data.slice(0, mostHosts).map(({ host, state }) => (
              <li key={host}>
                <Badge state={state} /> <a href={linkTo(['hosts', host])}>{host}</a>
              </li>
            ))}
          </ul>
          {hosts.data.length > mostHosts && (
            <p class="faint">
              The first {mostHosts} of {hosts.data.length}. Write more of the name.
            </p>
          )}
        </Section>
      )}
      {servers.data && has(servers) && (
        <Section title="Servers">
          <ServerTable servers={servers.data} more={servers.more} />
        </Section>
      )}
      {ports.data && has(ports) && (
        <Section title="Ports">
          <PortTable ports={ports.data} more={ports.more} />
        </Section>
      )}
      {alarms.data && has(alarms) && (
        <Section title="Alarms">
          <AlarmTable alarms={alarms.data} more={alarms.more} />
        </Section>
      )}
      {faults.data && has(faults) && (
        <Section title="Faults">
          <FaultTable label="Faults" faults={faults.data} empty="" />
        </Section>
      )}
    </>
  );
}
