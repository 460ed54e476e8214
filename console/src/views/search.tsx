import type { DoctorAnswers } from '../api/answers.ts';
import { ApiError, ask } from '../api/client.ts';
import { listHosts } from '../api/hosts.ts';
import { listAlarms, listPorts, listServers } from '../api/openstack.ts';
import { isOperator } from '../api/session.ts';
import { linkTo } from '../links.ts';
import { useLive } from '../live/use-live.ts';
import { Badge, Loading, Problem, Section, View } from '../ui/basics.tsx';
import { AlarmTable } from './alarms/alarm-table.tsx';
import { FaultTable } from './faults/fault-table.tsx';
import { PortTable } from './port-table.tsx';
import { ServerTable } from './server-table.tsx';

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** The most hosts that a search shows. */
const mostHosts = 50;

type FaultAnswer = DoctorAnswers['GET /doctor/v1/faults/{id}'];

/** The fault of an id, as a list; empty if there is none. */
async function faultsOf(id: string): Promise<FaultAnswer['fault'][]> {
  try {
    return [(await ask('GET /doctor/v1/faults/{id}', { params: { id } })).fault];
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return [];
    throw error;
  }
}

/** The first rows of each list. */
const page = { marker: undefined, limit: 100 };

/** Asks for the words as a name, or as an id if they are one. */
async function find(words: string, signal: AbortSignal) {
  const isId = uuid.test(words);
  const [hosts, servers, ports, alarms, faults] = await Promise.all([
    isOperator.value && !isId ? listHosts(signal) : [],
    listServers(isId ? { uuid: words } : { name: words }, page, signal),
    listPorts(isId ? { id: words } : { name: words }, page, signal),
    isId ? { rows: [] } : listAlarms({ 'q.field': 'name', 'q.value': words }, page, signal),
    isId ? faultsOf(words) : [],
  ]);
  const lower = words.toLowerCase();
  const named = hosts.filter(({ host }) => host.toLowerCase().includes(lower));
  return {
    hosts: named.slice(0, mostHosts),
    servers: servers.rows,
    ports: ports.rows,
    alarms: alarms.rows,
    faults,
  };
}

/** Hosts, servers, ports, alarms and faults by name or id. */
export function Search({ words }: { words: string }) {
  const found = useLive((signal) => find(words, signal), [], [words]);
  return (
    <View title={`Search: ${words}`}>
      <Problem text={found.error} />
      {found.data ? <Results found={found.data} /> : found.error === '' && <Loading />}
    </View>
  );
}

function Results({ found }: { found: Awaited<ReturnType<typeof find>> }) {
  const { hosts, servers, ports, alarms, faults } = found;
  if ([hosts, servers, ports, alarms, faults].every(({ length }) => length === 0)) {
    return <p>Nothing has this name or id.</p>;
  }
  return (
    <>
      {hosts.length > 0 && (
        <Section title="Hosts">
          <ul>
            {hosts.map(({ host, state }) => (
              <li key={host}>
                <Badge state={state} /> <a href={linkTo(['hosts', host])}>{host}</a>
              </li>
            ))}
          </ul>
        </Section>
      )}
      {servers.length > 0 && (
        <Section title="Servers">
          <ServerTable servers={servers} />
        </Section>
      )}
      {ports.length > 0 && (
        <Section title="Ports">
          <PortTable ports={ports} />
        </Section>
      )}
      {alarms.length > 0 && (
        <Section title="Alarms">
          <AlarmTable alarms={alarms} />
        </Section>
      )}
      {faults.length > 0 && (
        <Section title="Faults">
          <FaultTable label="Faults" faults={faults} empty="" />
        </Section>
      )}
    </>
  );
}
