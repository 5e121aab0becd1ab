import type { ComponentChildren } from 'preact';

/** A column's heading; `figures` stand to the right. */
type Column = string | { readonly words: ComponentChildren; readonly figures?: boolean };

/** A table that can be scrolled sideways, so it can be reached by keyboard. Its rows are the children. */
export function Table({
  of,
  kind,
  columns,
  children,
}: {
  /** What it lists: "runs". */
  readonly of: string;
  /** A class of its own. */
  readonly kind?: string;
  readonly columns: readonly Column[];
  readonly children: ComponentChildren;
}) {
  return (
    <div class="scroll" role="region" aria-label={`Table of ${of}`} tabIndex={0}>
      <table class={kind === undefined ? 'plain-table' : `plain-table ${kind}`}>
        <thead>
          <tr>
            {columns.map((column, index) =>
              typeof column === 'string' ? (
                <th scope="col" key={index}>
                  {column}
                </th>
              ) : (
                <th scope="col" key={index} class={column.figures === true ? 'figures-column' : undefined}>
                  {column.words}
                </th>
              ),
            )}
          </tr>
        </thead>
        <tbody>{children}</tbody>
      </table>
    </div>
  );
}
