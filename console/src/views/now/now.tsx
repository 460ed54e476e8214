import { useEffect } from 'preact/hooks';
import { ask } from '../../api/client.ts';
import { linkTo } from '../../links.ts';
import type { ListedHost } from '../../live/hosts-now.ts';
import { useEvery } from '../../live/use-every.ts';
import { useHosts } from '../../live/use-hosts.ts';
import { type Live, useLive } from '../../live/use-live.ts';
import { Loading, Problem, Section, View } from '../../ui/basics.tsx';
import { FaultTable } from '../faults/fault-table.tsx';
import { Counts, mostFaults } from './counts.tsx';
import { HostGrid } from './host-grid.tsx';
import { Rates } from './rates.tsx';

/**
 * Milliseconds between counts of what the feed does not report: hosts whose heartbeats stop, and
 * dead letters.
 */
const everyMs = 10_000;

/** When heartbeats stop, no row changes. So the hosts are read again when the counts differ. */
function useSilence(
  silent: number | undefined,
  { data: hosts, refresh }: Live<readonly ListedHost[]>,
) {
  const shown = hosts?.filter(({ state }) => state === 'silent').length;
  useEffect(() => {
    if (silent !== undefined && shown !== undefined && silent !== shown) refresh();
  }, [silent]);
}

/** The present faults, and the state of Doctor itself. */
export function Now() {
  const status = useLive(
    (signal) => ask('GET /doctor/v1/status', { signal }),
    ['hosts', 'servers', 'ports', 'faults'],
  );
  const open = useLive(
    (signal) =>
      ask('GET /doctor/v1/faults', { query: { status: 'open', limit: mostFaults }, signal }),
    ['faults'],
  );
  const hosts = useHosts();
  useEvery(everyMs, status.refresh);
  useSilence(status.data?.hosts.silent, hosts);
  return (
    <View title="Now">
      <Problem text={hosts.error || status.error || open.error} />
      <Counts of={status.data} open={open.data?.faults} />
      <Section title="Hosts">
        {hosts.data ? <HostGrid hosts={hosts.data} /> : <Loading unless={hosts.error} />}
      </Section>
      <Section title="Open faults" aside={<a href={linkTo(['faults'])}>All faults</a>}>
        {open.data ? (
          <FaultTable label="Open faults" faults={open.data.faults} empty="Nothing has failed." />
        ) : (
          <Loading unless={open.error} />
        )}
      </Section>
      <Rates />
    </View>
  );
}
