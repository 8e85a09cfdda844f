import { z } from 'zod';
import type { Checked } from '../domain/problem.js';
import { accepted, refused } from '../domain/problem.js';
import { maybe } from './fields.js';
import { Metadata } from './metadata.js';
import { kratixApiVersion } from './pipeline.js';
import { parseYaml } from './readDocuments.js';
import { checkShape } from './shapeProblems.js';
import { toRecord } from './toRecord.js';

/** What a release passes on: the rest of a Promise's rules is checked where every Promise is. */
const ReleasedPromise = z.object({
  apiVersion: z.literal(kratixApiVersion),
  kind: z.literal('Promise'),
  metadata: Metadata,
  spec: z.record(z.string(), z.unknown()),
  status: maybe(z.unknown()),
});
export type ReleasedPromise = Omit<z.infer<typeof ReleasedPromise>, 'status'>;

/** The one Promise of a text that somebody published (reference, section 3.8; the sentences are Kratix's). */
export function readReleasedPromise(text: string, document: string): Checked<ReleasedPromise> {
  const parsed = parseYaml(text);
  if (!parsed.ok) return refused({ document, field: '', message: parsed.message });
  const values = parsed.values.filter((value) => value !== null);
  if (values.length > 1) {
    const message = 'expected single document yaml, but found multiple documents';
    return refused({ document, field: '', message });
  }
  const kind = toRecord(values[0])?.['kind'];
  if (kind !== 'Promise') {
    const message = `expected single Promise object but found object of kind: ${typeof kind === 'string' ? kind : ''}`;
    return refused({ document, field: '', message });
  }
  const shape = checkShape(ReleasedPromise, values[0], document);
  if (!shape.ok) return shape;
  const { status: _status, ...promise } = shape.value;
  return accepted(promise);
}
