import { ask } from '../../api/client.ts';
import { isOperator } from '../../api/session.ts';
import { markerIn, usePages } from '../../live/use-pages.ts';
import { filterBy, place } from '../../router.ts';
import { Busy, Loading, Problem, View } from '../../ui/basics.tsx';
import { Choice, Filters, RestedField } from '../../ui/fields.tsx';
import { FaultTable } from './fault-table.tsx';

/** All faults, newest first. The filters are in the link. */
export function Faults() {
  const { query } = place.value;
  const [status, host] = [query.get('status') ?? 'all', query.get('host') ?? ''];
  const faults = usePages(
    async (page, signal) => {
      const body = await ask('GET /doctor/v1/faults', {
        query: { ...page, status, host },
        signal,
      });
      return { rows: body.faults, next: markerIn(body.next) };
    },
    ['faults'],
    { of: [status, host] },
  );
  const filter = (changed: Record<string, string>) =>
    filterBy(['faults'], { status, host, ...changed });
  return (
    <View title="Faults" aside={<Busy of={faults} />}>
      <Filters>
        <Choice
          label="State"
          value={status}
          onInput={(value) => filter({ status: value })}
          options={[
            ['open', 'open'],
            ['all', 'all'],
          ]}
        />
        {isOperator.value && (
          <RestedField label="Host" value={host} onInput={(value) => filter({ host: value })} />
        )}
      </Filters>
      <Problem text={faults.error} />
      {faults.data ? (
        <FaultTable
          label="Faults"
          faults={faults.data}
          empty="No fault fits the filters."
          more={faults.more}
        />
      ) : (
        <Loading unless={faults.error} />
      )}
    </View>
  );
}
