import * as z from 'zod';

/** A row of a table, as the document client has it. */
export type Row = Record<string, unknown>;

const AnyRow = z.record(z.string(), z.unknown());

/** A copy of a row with each text replaced wherever it occurs, in keys and within other texts as well. */
export function copyOf(row: Row, replacements: Readonly<Record<string, string>>): Row {
  const text = Object.entries(replacements).reduce(
    (left, [from, to]) => left.replaceAll(from, to),
    JSON.stringify(row),
  );
  return AnyRow.parse(JSON.parse(text));
}
