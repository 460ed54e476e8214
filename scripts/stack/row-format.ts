/**
 * The format of the tables' rows, as a number. Raise it in the change after which rows that were
 * written before can no longer be read, or found by an index: rows are not migrated, so `npm run
 * up` then refuses a stack that keeps older ones, instead of failing on each of them.
 */
export const rowFormat = 3;
