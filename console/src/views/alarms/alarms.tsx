import { largestList, listAlarms } from '../../api/openstack.ts';
import { mayChange } from '../../api/session.ts';
import { linkTo } from '../../links.ts';
import { usePages } from '../../live/use-pages.ts';
import { Loading, Problem, View } from '../../ui/basics.tsx';
import { AlarmTable } from './alarm-table.tsx';

/** Alarms, last changed first. */
export function Alarms() {
  const alarms = usePages((page, signal) => listAlarms({}, page, signal), ['alarms'], {
    largest: largestList,
  });
  const create = mayChange.value && (
    <a class="button" href={linkTo(['alarms', 'new'])}>
      New alarm
    </a>
  );
  return (
    <View title="Alarms" aside={create}>
      <Problem text={alarms.error} />
      {alarms.data ? (
        <AlarmTable alarms={alarms.data} more={alarms.more} />
      ) : (
        <Loading unless={alarms.error} />
      )}
    </View>
  );
}
