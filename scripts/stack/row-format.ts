/**
 * The format of the tables' rows, as a number. Raise it in a change after which older rows can no
 * longer be read, or found by an index. Rows are not migrated: `npm run up` refuses a stack that
 * keeps rows of an older format, so that the functions do not fail on each row.
 */
export const rowFormat = 3;
