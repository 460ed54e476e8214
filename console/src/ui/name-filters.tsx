import { filterBy, place } from '../router.ts';
import { Choice, Filters, RestedField } from './fields.tsx';

/** The filters of a list of servers or ports. An empty text does not filter. */
export type NameFilter = { readonly id: string; readonly name: string; readonly status: string };

/** The filter in the link of the view. */
export function filterInLink(): NameFilter {
  const { query } = place.value;
  const of = (field: string): string => query.get(field) ?? '';
  return { id: of('id'), name: of('name'), status: of('status') };
}

type NameFiltersProps = {
  /** The view whose link is changed. */
  readonly view: 'servers' | 'ports';
  readonly filter: NameFilter;
  /** The states that can be chosen, as the API names them. */
  readonly states: readonly string[];
};

/** Fields for name, id and state. */
export function NameFilters({ view, filter, states }: NameFiltersProps) {
  const set = (changed: Partial<NameFilter>) => filterBy([view], { ...filter, ...changed });
  return (
    <Filters>
      <RestedField label="Name" value={filter.name} onInput={(name) => set({ name })} />
      <RestedField label="Id" value={filter.id} onInput={(id) => set({ id })} />
      <Choice
        label="State"
        value={filter.status}
        onInput={(status) => set({ status })}
        options={['', ...states].map((state) => [state, state || 'any'] as const)}
      />
    </Filters>
  );
}
