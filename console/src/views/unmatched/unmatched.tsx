import { ask } from '../../api/client.ts';
import { markerIn, usePages } from '../../live/use-pages.ts';
import { Loading, Problem, Time, View } from '../../ui/basics.tsx';
import { Table } from '../../ui/table.tsx';

/** Items that monitors sent in the last day and that matched nothing, with the reasons. */
export function Unmatched() {
  const items = usePages(
    async (page, signal) => {
      const body = await ask('GET /doctor/v1/unmatched', { query: page, signal });
      return { rows: body.unmatched, next: markerIn(body.next) };
    },
    ['conditions'],
  );
  return (
    <View title="Unmatched">
      <p class="faint">
        What monitors sent in the last day that was not understood, or that named nothing Doctor
        knows.
      </p>
      <Problem text={items.error} />
      {items.data ? (
        <Table
          label="Unmatched items"
          rows={items.data}
          keyOf={({ id }) => id}
          empty="Everything that monitors sent was understood."
          more={items.more}
          columns={[
            { title: 'Time', cell: ({ at }) => <Time at={at} /> },
            { title: 'Source', cell: ({ source }) => source },
            { title: 'From', cell: ({ reported_by }) => reported_by.user_name, minor: true },
            { title: 'Reason', cell: ({ reason }) => reason },
            {
              title: 'Item',
              cell: ({ item }) => (
                <details>
                  <summary>Show</summary>
                  <pre>{item}</pre>
                </details>
              ),
            },
          ]}
        />
      ) : (
        <Loading unless={items.error} />
      )}
    </View>
  );
}
