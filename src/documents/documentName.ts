import { toRecord } from './toRecord.js';

/** `promise.yaml: Promise jenkins`, `request.yaml: jenkins default/example`, or as much of it as is known. */
export function documentName(value: unknown, source: string): string {
  const document = toRecord(value);
  const metadata = toRecord(document?.['metadata']);
  const kind = text(document?.['kind']);
  const name = [text(metadata?.['namespace']), text(metadata?.['name'])].filter((part) => part !== '').join('/');
  const known = [kind, name].filter((part) => part !== '').join(' ');
  return [source, known].filter((part) => part !== '').join(': ');
}

function text(value: unknown): string {
  return typeof value === 'string' ? value.slice(0, 253) : '';
}
