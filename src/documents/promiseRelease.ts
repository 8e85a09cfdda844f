import { z } from 'zod';
import type { Checked } from '../domain/problem.js';
import { documentName } from './documentName.js';
import { closed, filledText, maybe, maybeChosen } from './fields.js';
import { Metadata } from './metadata.js';
import { kratixApiVersion } from './pipeline.js';
import { checkShape } from './shapeProblems.js';

const missing = 'sourceRef.url must be set';

const url = z
  .string({ error: (issue) => (issue.input === undefined || issue.input === null ? missing : undefined) })
  .superRefine((value, context) => {
    if (value === '') context.addIssue({ code: 'custom', message: missing });
    else if (!URL.canParse(value) || !/^https?:$/.test(new URL(value).protocol)) {
      context.addIssue({ code: 'custom', params: { expected: 'an http or https URL' } });
    }
  });

/** A PromiseRelease (reference, section 1.2). */
const ReleaseDocument = closed({
  apiVersion: z.literal(kratixApiVersion),
  kind: z.literal('PromiseRelease'),
  metadata: Metadata,
  spec: closed({
    version: maybeChosen(z.string()),
    sourceRef: closed({
      type: maybe(z.literal('http')),
      url,
      // A release has no namespace that could stand in for the Secret's.
      secretRef: maybe(closed({ name: filledText, namespace: filledText })),
    }),
  }),
  status: maybe(z.unknown()),
});
export type PromiseRelease = z.infer<typeof ReleaseDocument>;

export function checkPromiseRelease(value: unknown, source: string): Checked<PromiseRelease> {
  return checkShape(ReleaseDocument, value, documentName(value, source));
}
