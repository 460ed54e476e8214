import { useRef } from 'preact/hooks';
import { ask } from '../../api/client.ts';
import { largestList, listPorts, listServers, type Server } from '../../api/openstack.ts';
import { useLive } from '../../live/use-live.ts';
import { markerIn, usePages } from '../../live/use-pages.ts';
import { Badge, Facts, Loaded, Problem, Section, Time, View } from '../../ui/basics.tsx';
import { hostState } from '../../ui/states.ts';
import { ConditionTable } from '../conditions/condition-table.tsx';
import { FaultTable } from '../faults/fault-table.tsx';
import { PortTable } from '../ports/port-table.tsx';
import { ServerTable } from '../servers/server-table.tsx';
import { DataPlaneAction, HostActions } from './host-actions.tsx';
import { TimeLine } from './time-line.tsx';

/** All data of the view of a host. */
function useParts(name: string) {
  const params = { host: name };
  return {
    host: useLive((signal) => ask('GET /doctor/v1/hosts/{host}', { params, signal }), ['hosts']),
    servers: usePages(
      (page, signal) => listServers({ host: name }, page, signal),
      ['servers', 'hosts'],
      { largest: largestList },
    ),
    ports: usePages(
      (page, signal) => listPorts({ 'binding:host_id': name }, page, signal),
      ['ports'],
      { largest: largestList },
    ),
    conditions: useLive(
      (signal) => ask('GET /doctor/v1/conditions', { query: { host: name, limit: 50 }, signal }),
      ['conditions', 'hosts'],
    ),
    happened: usePages(
      async (page, signal) => {
        const request = { params, query: page, signal };
        const body = await ask('GET /doctor/v1/host-history/{host}', request);
        return { rows: body.history, next: markerIn(body.next) };
      },
      ['hosts', 'faults', 'servers'],
      { largest: 200, pages: 2 },
    ),
    faults: useLive(
      (signal) => ask('GET /doctor/v1/faults', { query: { host: name, limit: 20 }, signal }),
      ['faults', 'hosts'],
    ),
  };
}

/** One host: its state, its servers and ports, the conditions of its monitors, and its history. */
export function Host({ name }: { name: string }) {
  const parts = useParts(name);
  const { host, servers, ports, conditions, happened } = parts;
  const problem = Object.values(parts).find(({ error }) => error !== '')?.error ?? '';
  const names = useNames(servers.data ?? []);
  const found = host.data?.host;
  const open = parts.faults.data?.faults ?? [];
  const dataPlane = parts.faults.data && (
    <DataPlaneAction
      host={name}
      down={open.some(({ kind }) => kind === 'data_plane')}
      ports={ports.data?.length ?? 0}
    />
  );
  return (
    <View title={name} aside={found && <Badge state={hostState(found)} />}>
      <Problem text={problem} />
      {found && (
        <HostActions host={found} servers={servers.data ?? []} history={happened.data ?? []} />
      )}
      <Loaded of={host}>{(answer) => <HostFacts of={answer.host} />}</Loaded>
      {open.length > 0 && (
        <Section title="Open faults">
          <FaultTable label="Open faults" faults={open} empty="" />
        </Section>
      )}
      <Section title="Servers">
        <Loaded of={servers}>{(data) => <ServerTable servers={data} more={servers.more} />}</Loaded>
      </Section>
      <Section title="Ports" aside={dataPlane}>
        <Loaded of={ports}>{(data) => <PortTable ports={data} more={ports.more} />}</Loaded>
      </Section>
      <Section title="Conditions">
        <Loaded of={conditions}>{(data) => <ConditionTable conditions={data.conditions} />}</Loaded>
      </Section>
      <Section title="What happened">
        <Loaded of={happened}>
          {(data) => <TimeLine history={data} names={names} more={happened.more} />}
        </Loaded>
      </Section>
    </View>
  );
}

/** The names of servers, including those that left the host while the view was shown. */
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
