import { useRef } from 'preact/hooks';
import { ask } from '../../api/client.ts';
import { largestList, listPorts, listServers, type Server } from '../../api/openstack.ts';
import { useLive } from '../../live/use-live.ts';
import { markerIn, usePages } from '../../live/use-pages.ts';
import { Badge, Facts, Loading, Problem, Section, Time, View } from '../../ui/basics.tsx';
import { hostState } from '../../ui/states.ts';
import { ConditionTable } from '../condition-table.tsx';
import { PortTable } from '../port-table.tsx';
import { ServerTable } from '../server-table.tsx';
import { HostActions } from './host-actions.tsx';
import { TimeLine } from './time-line.tsx';

/** One host: its state, what is on it, who says what of it, and what happened. */
export function Host({ name }: { name: string }) {
  const params = { host: name };
  const host = useLive(
    (signal) => ask('GET /doctor/v1/hosts/{host}', { params, signal }),
    ['hosts'],
  );
  const servers = usePages(
    (page, signal) => listServers({ host: name }, page, signal),
    ['servers', 'hosts'],
    { largest: largestList },
  );
  const ports = usePages(
    (page, signal) => listPorts({ 'binding:host_id': name }, page, signal),
    ['ports'],
    { largest: largestList },
  );
  const conditions = useLive(
    (signal) => ask('GET /doctor/v1/conditions', { query: { host: name, limit: 50 }, signal }),
    ['conditions', 'hosts'],
  );
  const happened = usePages(
    async (page, signal) => {
      const body = await ask('GET /doctor/v1/host-history/{host}', { params, query: page, signal });
      return { rows: body.history, next: markerIn(body.next) };
    },
    ['hosts', 'faults', 'servers'],
    { largest: 200 },
  );
  const names = useNames(servers.data ?? []);
  const found = host.data?.host;
  return (
    <View title={name} aside={found && <Badge state={hostState(found)} />}>
      <Problem text={host.error || servers.error || ports.error || conditions.error} />
      {found ? (
        <>
          <HostActions host={found} servers={servers.data ?? []} history={happened.data ?? []} />
          <HostFacts of={found} />
        </>
      ) : (
        <Loading unless={host.error} />
      )}
      <Section title="Servers">
        {servers.data ? (
          <ServerTable servers={servers.data} more={servers.more} />
        ) : (
          <Loading unless={servers.error} />
        )}
      </Section>
      <Section title="Ports">
        {ports.data ? (
          <PortTable ports={ports.data} more={ports.more} />
        ) : (
          <Loading unless={ports.error} />
        )}
      </Section>
      <Section title="Conditions">
        <ConditionTable conditions={conditions.data?.conditions ?? []} />
      </Section>
      <Section title="What happened">
        {happened.data ? (
          <TimeLine history={happened.data} names={names} more={happened.more} />
        ) : (
          <Loading unless={happened.error} />
        )}
      </Section>
    </View>
  );
}

/** The names of servers, also of those that have left the host since it is shown. */
function useNames(servers: readonly Server[]): ReadonlyMap<string, string> {
  const names = useRef(new Map<string, string>());
  for (const { id, name } of servers) names.current.set(id, name);
  return names.current;
}

type HostAnswer = Awaited<ReturnType<typeof ask<'GET /doctor/v1/hosts/{host}'>>>['host'];

const HostFacts = ({ of: host }: { of: HostAnswer }) => (
  <Section title="Facts">
    <Facts
      of={[
        ['Zone', host.zone],
        [
          'Service',
          host.status === 'enabled' ? 'enabled' : `disabled ${host.disabled_reason ?? ''}`,
        ],
        ['Held down by', host.held_by.map(({ source }) => source).join(', ') || 'nothing'],
        ['Last heartbeat', <Time key="seen" at={host.last_seen_up} />],
        ['Last fault', <Time key="fault" at={host.last_fault_at} />],
        ['Faults so far', host.fault_number],
      ]}
    />
  </Section>
);
