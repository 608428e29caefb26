import { cut, pad, widthOf } from './text-width.ts';

export interface Column<Item> {
  readonly head: string;
  /** What stands in the cell, for people. Already safe to print. */
  readonly cell: (item: Item) => string;
  /** The least width it may be cut to; without it, it is never cut. */
  readonly least?: number;
  /** Columns with the highest number go first when the terminal is too narrow; without one, it stays. */
  readonly leave?: number;
  readonly paint?: (text: string, item: Item) => string;
}

const GAP = '  ';

function total(widths: readonly number[]): number {
  return widths.reduce((sum, width) => sum + width, 0) + GAP.length * Math.max(0, widths.length - 1);
}

/** The columns that can be shown in `width` cells, when all that can be cut are. */
function fitting<Item>(columns: readonly Column<Item>[], widths: number[], width: number): Column<Item>[] {
  const kept = [...columns];
  const least = (column: Column<Item>) => {
    const natural = widths[columns.indexOf(column)] ?? 0;
    return Math.min(natural, column.least ?? natural);
  };
  const order = kept
    .filter(({ leave }) => leave !== undefined)
    .sort((a, b) => Number(b.leave) - Number(a.leave));
  for (const column of order) {
    if (total(kept.map(least)) <= width) break;
    kept.splice(kept.indexOf(column), 1);
  }
  return kept;
}

/** Takes from the widest column that can be cut, until the row fits. */
function shrink<Item>(columns: readonly Column<Item>[], widths: number[], width: number): void {
  for (let over = total(widths) - width; over > 0; over--) {
    let widest = -1;
    for (const [i, { least }] of columns.entries()) {
      const slack = least === undefined ? 0 : (widths[i] ?? 0) - least;
      if (slack > 0 && (widest === -1 || (widths[i] ?? 0) > (widths[widest] ?? 0))) widest = i;
    }
    if (widest === -1) return;
    widths[widest] = (widths[widest] ?? 0) - 1;
  }
}

export interface TableOptions {
  /** Cells a row may take. */
  readonly width: number;
  readonly head: ((text: string) => string) | null;
}

/** An aligned table, one line a row, no line wider than the terminal unless nothing more can be left out. */
export function table<Item>(
  columns: readonly Column<Item>[],
  items: readonly Item[],
  { width, head }: TableOptions,
): string {
  const natural = columns.map((column) =>
    Math.max(head ? widthOf(column.head) : 0, ...items.map((item) => widthOf(column.cell(item)))),
  );
  const kept = fitting(columns, natural, width);
  const widths = kept.map((column) => natural[columns.indexOf(column)] ?? 0);
  shrink(kept, widths, width);
  const line = (cells: readonly string[], paint: (text: string, column: number) => string) =>
    cells
      .map((cell, i) => {
        const text = cut(cell, widths[i] ?? 0);
        return paint(i === cells.length - 1 ? text : pad(text, widths[i] ?? 0), i);
      })
      .join(GAP)
      .trimEnd();
  const lines = items.map((item) =>
    line(
      kept.map((column) => column.cell(item)),
      (text, i) => kept[i]?.paint?.(text, item) ?? text,
    ),
  );
  if (head)
    lines.unshift(
      line(
        kept.map((column) => column.head),
        head,
      ),
    );
  return lines.map((text) => `${text}\n`).join('');
}
