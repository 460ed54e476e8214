/** The output of a command: a table, or JSON for programs. */
import * as z from 'zod';

/** An object of an answer, with all its fields. */
export const Item = z.record(z.string(), z.unknown());
export type Item = z.infer<typeof Item>;

/** The heading of a column, and the key of the values in it. */
export type Columns = Readonly<Record<string, string>>;

/**
 * The result of a command: several items in columns, or one item with all its fields. `failed`: a
 * part of the command failed; the result is still printed, and the exit status is 1.
 */
export type Found =
  | { readonly items: readonly Item[]; readonly columns: Columns; readonly failed?: boolean }
  | { readonly item: Item; readonly failed?: boolean };

const textOf = (value: unknown): string => {
  if (value === null || value === undefined) return '';
  // Control characters in names must not move the cursor or break a line.
  if (typeof value === 'string') return value.replace(/\p{Cc}/gu, ' ');
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
};

function table(headings: readonly string[], rows: readonly (readonly string[])[]): string {
  const all = [headings, ...rows];
  const widths = headings.map((_, n) => Math.max(...all.map((row) => row[n]?.length ?? 0)));
  const lines = all.map((row) =>
    widths
      .map((width, n) => (row[n] ?? '').padEnd(width))
      .join('  ')
      .trimEnd(),
  );
  return `${lines.join('\n')}\n`;
}

/** The text of a result, which ends with a line break. */
export function printed(found: Found, format: 'table' | 'json'): string {
  if (format === 'json') {
    return `${JSON.stringify('items' in found ? found.items : found.item, null, 2)}\n`;
  }
  if ('item' in found) {
    const rows = Object.entries(found.item).map(([name, value]) => [name, textOf(value)]);
    return table(['Field', 'Value'], rows);
  }
  const keys = Object.values(found.columns);
  const rows = found.items.map((item) => keys.map((key) => textOf(item[key])));
  return table(Object.keys(found.columns), rows);
}
