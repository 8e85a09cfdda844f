/** As Markdown has it; the first columns are text, the others numbers. */
export function table(head: readonly string[], rows: readonly (readonly string[])[], textColumns: number): string {
  const all = [head, ...rows];
  const widths = head.map((_, column) => Math.max(...all.map((line) => line[column]?.length ?? 0)));
  const lines = all.map((line) => {
    const padded = line.map((cell, column) =>
      column < textColumns ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0),
    );
    return `| ${padded.join(' | ')} |`;
  });
  const dashes = widths.map((width, column) =>
    column < textColumns ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`,
  );
  return [lines[0], `| ${dashes.join(' | ')} |`, ...lines.slice(1)].join('\n');
}
