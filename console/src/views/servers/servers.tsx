import { largestList, listServers } from '../../api/openstack.ts';
import { usePages } from '../../live/use-pages.ts';
import { Busy, Loading, Problem, View } from '../../ui/basics.tsx';
import { filterInLink, NameFilters } from '../../ui/name-filters.tsx';
import { ServerTable } from './server-table.tsx';

/** Nova's words for the states that a list can be filtered by. */
const states = ['ACTIVE', 'SHUTOFF', 'ERROR', 'BUILD', 'PAUSED', 'SUSPENDED'] as const;

/** Servers, newest first. The filters are in the link. */
export function Servers() {
  const filter = filterInLink();
  const { id, name, status } = filter;
  const servers = usePages(
    (page, signal) => listServers({ uuid: id, name, status }, page, signal),
    ['servers', 'hosts'],
    { largest: largestList, of: [id, name, status] },
  );
  return (
    <View title="Servers" aside={<Busy of={servers} />}>
      <NameFilters view="servers" filter={filter} states={states} />
      <Problem text={servers.error} />
      {servers.data ? (
        <ServerTable servers={servers.data} more={servers.more} />
      ) : (
        <Loading unless={servers.error} />
      )}
    </View>
  );
}
