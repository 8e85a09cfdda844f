import { cpus, loadavg } from 'node:os';

/** What numbers were measured on. */
export function machine(...more: readonly string[]): string {
  const cores = cpus();
  const processor = `${cores.length} cores (${cores[0]?.model ?? 'unknown'})`;
  const load = `load ${loadavg()[0]?.toFixed(1)} before it began`;
  return [new Date().toISOString().slice(0, 10), processor, `Node ${process.version}`, ...more, load].join(', ');
}
