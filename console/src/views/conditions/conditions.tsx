import { ask } from '../../api/client.ts';
import { markerIn, usePages } from '../../live/use-pages.ts';
import { filterBy, place } from '../../router.ts';
import { Busy, Loading, Problem, View } from '../../ui/basics.tsx';
import { Choice, Filters, RestedField } from '../../ui/fields.tsx';
import { ConditionTable } from './condition-table.tsx';

/** Conditions that monitors report, newest first. The filters are in the link. */
export function Conditions() {
  const { query } = place.value;
  const [state, source] = [query.get('state') ?? '', query.get('source') ?? ''];
  const conditions = usePages(
    async (page, signal) => {
      const body = await ask('GET /doctor/v1/conditions', {
        query: { ...page, state, source },
        signal,
      });
      return { rows: body.conditions, next: markerIn(body.next) };
    },
    ['conditions', 'hosts', 'ports', 'servers'],
    { of: [state, source] },
  );
  const filter = (changed: Record<string, string>) =>
    filterBy(['conditions'], { state, source, ...changed });
  return (
    <View title="Conditions" aside={<Busy of={conditions} />}>
      <Filters>
        <Choice
          label="State"
          value={state}
          onInput={(value) => filter({ state: value })}
          options={['', 'raised', 'stale', 'cleared'].map((each) => [each, each || 'any'] as const)}
        />
        <RestedField label="Source" value={source} onInput={(value) => filter({ source: value })} />
      </Filters>
      <Problem text={conditions.error} />
      {conditions.data ? (
        <ConditionTable conditions={conditions.data} more={conditions.more} />
      ) : (
        <Loading unless={conditions.error} />
      )}
    </View>
  );
}
