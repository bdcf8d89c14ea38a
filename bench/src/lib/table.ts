type Cell = string | number | boolean | null;

const text = (cell: Cell) => (cell === null ? '–' : String(cell));

/** A table for a terminal: columns as wide as their widest cell, numbers to the right. */
export function terminalTable(head: readonly string[], rows: readonly (readonly Cell[])[]): string {
  const widths = head.map((title, i) =>
    Math.max(title.length, ...rows.map((row) => text(row[i] ?? null).length)),
  );
  const line = (cells: readonly Cell[]) =>
    cells
      .map((cell, i) => {
        const width = widths[i] ?? 0;
        return typeof cell === 'string' ? cell.padEnd(width) : text(cell).padStart(width);
      })
      .join('  ')
      .trimEnd();
  const ruler = widths.map((width) => '─'.repeat(width)).join('  ');
  return [line(head), ruler, ...rows.map(line)].join('\n');
}

/** The same as GitHub-flavoured Markdown. */
export function markdownTable(head: readonly string[], rows: readonly (readonly Cell[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map((row) => line(row.map(text)))].join(
    '\n',
  );
}
