import { listServers } from '../api/openstack.ts';
import { usePages } from '../live/use-pages.ts';
import { goTo, place } from '../router.ts';
import { Loading, Problem, View } from '../ui/basics.tsx';
import { Choice, Field, Filters } from '../ui/fields.tsx';
import { ServerTable } from './server-table.tsx';

/** Nova's words for the states that a list can be filtered by. */
const states = ['ACTIVE', 'SHUTOFF', 'ERROR', 'BUILD', 'PAUSED', 'SUSPENDED'] as const;

/** Servers, newest first. The filters are in the link. */
export function Servers() {
  const { query } = place.value;
  const [id, name, status] = ['id', 'name', 'status'].map((field) => query.get(field) ?? '');
  const servers = usePages(
    (marker, signal) => listServers({ uuid: id, name, status }, marker, signal),
    ['servers', 'hosts'],
    [id, name, status],
  );
  const filter = (changed: Record<string, string>) =>
    goTo(['servers'], { id: id ?? '', name: name ?? '', status: status ?? '', ...changed });
  return (
    <View title="Servers">
      <Filters>
        <Field label="Name" value={name ?? ''} onInput={(value) => filter({ name: value })} />
        <Field label="Id" value={id ?? ''} onInput={(value) => filter({ id: value })} />
        <Choice
          label="State"
          value={status ?? ''}
          onInput={(value) => filter({ status: value })}
          options={[['', 'any'], ...states.map((state) => [state, state] as const)]}
        />
      </Filters>
      <Problem text={servers.error} />
      {servers.data ? (
        <ServerTable servers={servers.data} more={servers.more} />
      ) : (
        <Loading unless={servers.error} />
      )}
    </View>
  );
}
