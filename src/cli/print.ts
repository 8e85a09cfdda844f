import { dump } from 'js-yaml';

export type OutputFormat = 'table' | 'json' | 'yaml';

/** Columns as wide as their widest cell, as kubectl prints them. */
export function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = header.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => (row[column] ?? '').length)),
  );
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('   ')
      .trimEnd();
  return [header, ...rows].map(line).join('\n');
}

/** For programs: what was asked as JSON or YAML on standard output. */
export function printData(value: unknown, format: Exclude<OutputFormat, 'table'>): void {
  // JSON first: it drops undefined fields, which YAML cannot express.
  const plain: unknown = JSON.parse(JSON.stringify(value));
  say(format === 'json' ? JSON.stringify(plain, null, 2) : dump(plain, { noRefs: true, lineWidth: -1 }).trimEnd());
}

// A reader that has seen enough, such as head, ends the output, not the command.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
});

export function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** Progress and problems: standard error, so that standard output stays the answer. */
export function remark(line: string): void {
  process.stderr.write(`${line}\n`);
}

/** `5s`, `3m`, `2h`, `4d` since a time. */
export function age(since: string): string {
  const seconds = Math.max(0, Math.round((Date.now() - Date.parse(since)) / 1000));
  if (seconds < 120) return `${seconds}s`;
  if (seconds < 120 * 60) return `${Math.floor(seconds / 60)}m`;
  if (seconds < 48 * 3600) return `${Math.floor(seconds / 3600)}h`;
  return `${Math.floor(seconds / 86400)}d`;
}
