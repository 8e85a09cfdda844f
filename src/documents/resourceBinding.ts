import { z } from 'zod';
import type { Checked } from '../domain/problem.js';
import { documentName } from './documentName.js';
import { closed, filledText, maybe } from './fields.js';
import { dnsLabel, Metadata } from './metadata.js';
import { kratixApiVersion } from './pipeline.js';
import { checkShape } from './shapeProblems.js';

/** Which revision of its Promise a request runs with (reference, section 1.4). */
export const ResourceBinding = closed({
  apiVersion: z.literal(kratixApiVersion),
  kind: z.literal('ResourceBinding'),
  metadata: Metadata,
  spec: closed({
    /** A version, or `latest`. */
    version: filledText,
    promiseRef: closed({ name: filledText }),
    resourceRef: closed({ name: filledText, namespace: dnsLabel, generation: maybe(z.number()) }),
  }),
  status: maybe(z.unknown()),
});
export type ResourceBinding = z.infer<typeof ResourceBinding>;

export function checkResourceBinding(value: unknown, source: string): Checked<ResourceBinding> {
  return checkShape(ResourceBinding, value, documentName(value, source));
}
