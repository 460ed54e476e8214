/**
 * Filters by tags, the same for every resource that has tags.
 * Source: neutron-lib `api/definitions/standard_attr_tag.py`.
 */

type Tagged = { readonly tags: readonly string[] };
type TagTest = (resource: Tagged) => boolean;

const listed = (values: readonly string[]): string[] => values.flatMap((list) => list.split(','));

const hasAll =
  (wanted: readonly string[]): TagTest =>
  ({ tags }) =>
    wanted.every((tag) => tags.includes(tag));
const hasAny =
  (wanted: readonly string[]): TagTest =>
  ({ tags }) =>
    wanted.some((tag) => tags.includes(tag));
const not =
  (test: TagTest): TagTest =>
  (resource) =>
    !test(resource);

/** The filter of each query key; a value is a list of tags with commas between them. */
export const tagFilters: ReadonlyMap<string, (values: readonly string[]) => TagTest> = new Map([
  ['tags', (values: readonly string[]) => hasAll(listed(values))],
  ['tags-any', (values: readonly string[]) => hasAny(listed(values))],
  ['not-tags', (values: readonly string[]) => not(hasAll(listed(values)))],
  ['not-tags-any', (values: readonly string[]) => not(hasAny(listed(values)))],
]);
