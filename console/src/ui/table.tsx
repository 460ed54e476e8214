/** Tables of any length. The page contains only the visible rows and a few around them. */
import type { ComponentChildren } from 'preact';
import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import { visibleRows } from './visible-rows.ts';

export type Column<Row> = {
  readonly title: string;
  readonly cell: (row: Row) => ComponentChildren;
  /** True: the column is hidden on a narrow screen. */
  readonly minor?: boolean;
};

type TableProps<Row> = {
  /** The content of the table, for screen readers. */
  readonly label: string;
  readonly rows: readonly Row[];
  readonly columns: readonly Column<Row>[];
  readonly keyOf: (row: Row) => string;
  /** The text that is shown if there are no rows. */
  readonly empty: string;
  /** Loads the next page; undefined if there is none. */
  readonly more?: (() => void) | undefined;
};

/** The height of each row, as `styles/table.css` has it. */
const rowHeight = 34;

export function Table<Row>({ label, rows, columns, keyOf, empty, more }: TableProps<Row>) {
  const isEmpty = rows.length === 0;
  const box = useRef<HTMLDivElement>(null);
  const [view, setView] = useState({ top: 0, height: 800 });
  useLayoutEffect(() => {
    const element = box.current;
    if (!element) return;
    // The table scrolls, so it can have the focus: otherwise the arrow keys could not scroll it.
    element.tabIndex = 0;
    const look = () => setView({ top: element.scrollTop, height: element.clientHeight });
    look();
    element.addEventListener('scroll', look, { passive: true });
    return () => element.removeEventListener('scroll', look);
  }, [isEmpty]);
  if (isEmpty) return <p class="faint">{empty}</p>;
  const { first, last } = visibleRows({ ...view, rowHeight, count: rows.length });
  return (
    <>
      <div class="table" ref={box}>
        <table aria-label={label} aria-rowcount={rows.length + 1}>
          <thead>
            <tr>
              {columns.map(({ title, minor }) => (
                <th key={title} scope="col" class={minor ? 'minor' : ''}>
                  {title}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            <Gap rows={first} columns={columns.length} />
            {rows.slice(first, last).map((row, index) => (
              <tr key={keyOf(row)} aria-rowindex={first + index + 2}>
                {columns.map(({ title, cell, minor }) => (
                  <td key={title} class={minor ? 'minor' : ''}>
                    {cell(row)}
                  </td>
                ))}
              </tr>
            ))}
            <Gap rows={rows.length - last} columns={columns.length} />
          </tbody>
        </table>
      </div>
      {more && (
        <button type="button" class="quiet" onClick={more}>
          Show more
        </button>
      )}
    </>
  );
}

/** A placeholder with the height of the rows that are out of sight. */
function Gap({ rows, columns }: { rows: number; columns: number }) {
  if (rows <= 0) return null;
  return (
    <tr>
      <td colSpan={columns} class="gap" style={{ height: `${rows * rowHeight}px` }} />
    </tr>
  );
}
