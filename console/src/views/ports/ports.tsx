import { largestList, listPorts } from '../../api/openstack.ts';
import { usePages } from '../../live/use-pages.ts';
import { Busy, Loading, Problem, View } from '../../ui/basics.tsx';
import { filterInLink, NameFilters } from '../../ui/name-filters.tsx';
import { PortTable } from './port-table.tsx';

/** Neutron's words for the states that a list can be filtered by. */
const states = ['ACTIVE', 'DOWN', 'BUILD', 'ERROR'] as const;

/** Ports, by their ids. The filters are in the link. */
export function Ports() {
  const filter = filterInLink();
  const { id, name, status } = filter;
  const ports = usePages(
    (page, signal) => listPorts({ id, name, status }, page, signal),
    ['ports'],
    { largest: largestList, of: [id, name, status] },
  );
  return (
    <View title="Ports" aside={<Busy of={ports} />}>
      <NameFilters view="ports" filter={filter} states={states} />
      <Problem text={ports.error} />
      {ports.data ? (
        <PortTable ports={ports.data} more={ports.more} />
      ) : (
        <Loading unless={ports.error} />
      )}
    </View>
  );
}
