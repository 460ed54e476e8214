/** Each view has its own link, after `#`, so that the API serves one page for all views. */
import { computed, signal } from '@preact/signals';
import { linkTo, placeOf } from './links.ts';

const hash = signal(location.hash);
addEventListener('hashchange', () => {
  hash.value = location.hash;
});

/** The place of the view that is shown. */
export const place = computed(() => placeOf(hash.value));

export const goTo = (path: readonly string[], query?: Readonly<Record<string, string>>): void => {
  location.hash = linkTo(path, query);
};

/**
 * Changes the filters in the link of a view. It replaces the entry in the browser's history, so one
 * step back leads to the view before.
 */
export const filterBy = (path: readonly string[], query: Readonly<Record<string, string>>): void =>
  location.replace(linkTo(path, query));
