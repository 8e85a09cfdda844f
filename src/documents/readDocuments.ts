import { loadAll, YAMLException } from 'js-yaml';
import type { Problem } from '../domain/problem.js';
import { reason } from '../domain/failure.js';
import { describeValue } from './describeValue.js';
import { treeFault } from './plainTree.js';
import { toRecord } from './toRecord.js';
import { yamlSchema } from './yamlSchema.js';

export interface SourcedDocument {
  /** `promise.yaml`, or `promise.yaml#2` for the second of several. */
  readonly source: string;
  readonly value: Record<string, unknown>;
}

export interface ReadDocuments {
  readonly documents: SourcedDocument[];
  readonly problems: Problem[];
}

/** A Temporal payload carries 2 MB; escaping as JSON makes text longer, so there has to be room. */
export const largestText = 1_500_000;

/** More aliases than a person writes; what they expand to is measured as well. */
const mostAliases = 1000;

/** A stream of YAML documents, one JSON object, or a `kind: List` of documents; empty documents are left out. */
export function readDocuments(text: string, source: string): ReadDocuments {
  const parsed = parseYaml(text);
  if (!parsed.ok) return { documents: [], problems: [{ document: source, field: '', message: parsed.message }] };
  const values = parsed.values.filter((value) => value !== null && value !== undefined).flatMap(listItems);
  const documents: SourcedDocument[] = [];
  const problems: Problem[] = [];
  values.forEach((value, index) => {
    const name = values.length === 1 ? source : `${source}#${index + 1}`;
    const record = toRecord(value);
    if (record !== undefined) documents.push({ source: name, value: record });
    else problems.push({ document: name, field: '', message: `expected an object, found ${describeValue(value)}` });
  });
  return { documents, problems };
}

export type ParsedYaml =
  { readonly ok: true; readonly values: readonly unknown[] } | { readonly ok: false; readonly message: string };

/** Every document of the text as a plain tree, the way JSON would have it: no shared parts, no cycles. */
export function parseYaml(text: string): ParsedYaml {
  const bytes = Buffer.byteLength(text);
  if (bytes > largestText) return { ok: false, message: `expected at most ${largestText} bytes, found ${bytes}` };
  try {
    const values = loadAll(text, { schema: yamlSchema, maxAliases: mostAliases });
    const fault = treeFault(values, largestText);
    return fault === undefined ? { ok: true, values: unshared(values) } : { ok: false, message: fault };
  } catch (thrown) {
    return { ok: false, message: syntaxMessage(thrown) };
  }
}

function unshared(values: unknown[]): unknown[] {
  const copy: unknown = JSON.parse(JSON.stringify(values));
  return Array.isArray(copy) ? copy : [];
}

function listItems(value: unknown): unknown[] {
  const record = toRecord(value);
  if (record?.['kind'] !== 'List' || record['apiVersion'] !== 'v1') return [value];
  return Array.isArray(record['items']) ? record['items'] : [value];
}

function syntaxMessage(thrown: unknown): string {
  if (!(thrown instanceof YAMLException)) return `expected YAML or JSON: ${reason(thrown)}`;
  const { mark } = thrown;
  const place = mark === undefined || mark === null ? '' : ` (line ${mark.line + 1}, column ${mark.column + 1})`;
  return `expected YAML or JSON: ${thrown.reason}${place}`;
}
