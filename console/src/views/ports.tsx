import { listPorts } from '../api/openstack.ts';
import { usePages } from '../live/use-pages.ts';
import { goTo, place } from '../router.ts';
import { Loading, Problem, View } from '../ui/basics.tsx';
import { Choice, Field, Filters } from '../ui/fields.tsx';
import { PortTable } from './port-table.tsx';

/** Ports, by their ids. The filters are in the link. */
export function Ports() {
  const { query } = place.value;
  const [id, name, status] = ['id', 'name', 'status'].map((field) => query.get(field) ?? '');
  const ports = usePages(
    (marker, signal) => listPorts({ id, name, status }, marker, signal),
    ['ports'],
    [id, name, status],
  );
  const filter = (changed: Record<string, string>) =>
    goTo(['ports'], { id: id ?? '', name: name ?? '', status: status ?? '', ...changed });
  return (
    <View title="Ports">
      <Filters>
        <Field label="Name" value={name ?? ''} onInput={(value) => filter({ name: value })} />
        <Field label="Id" value={id ?? ''} onInput={(value) => filter({ id: value })} />
        <Choice
          label="State"
          value={status ?? ''}
          onInput={(value) => filter({ status: value })}
          options={['', 'ACTIVE', 'DOWN', 'BUILD', 'ERROR'].map(
            (state) => [state, state || 'any'] as const,
          )}
        />
      </Filters>
      <Problem text={ports.error} />
      {ports.data ? (
        <PortTable ports={ports.data} more={ports.more} />
      ) : (
        <Loading unless={ports.error} />
      )}
    </View>
  );
}
