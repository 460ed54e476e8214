/** Views have links of their own, behind `#`, so that the API serves one page for all of them. */
import { computed, signal } from '@preact/signals';
import { linkTo, placeOf } from './links.ts';

const hash = signal(location.hash);
addEventListener('hashchange', () => {
  hash.value = location.hash;
});

/** The place that is shown. */
export const place = computed(() => placeOf(hash.value));

export const goTo = (path: readonly string[], query?: Readonly<Record<string, string>>): void => {
  location.hash = linkTo(path, query);
};

/** Changes the filters in the link of a view. The view before stays one step back. */
export const filterBy = (path: readonly string[], query: Readonly<Record<string, string>>): void =>
  location.replace(linkTo(path, query));
