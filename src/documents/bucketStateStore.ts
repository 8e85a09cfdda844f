import { z } from 'zod';
import type { Problem } from '../domain/problem.js';
import type { BucketStateStore } from '../domain/stateStore.js';
import { joinStorePath } from '../domain/storePath.js';
import { closed, filledText, maybe, maybeChosen, text } from './fields.js';
import { Metadata } from './metadata.js';
import { kratixApiVersion } from './pipeline.js';
import { storePathText } from './storePathText.js';

const endpoint = text('host or host:port without a scheme, such as s3.amazonaws.com', (value) =>
  /^([A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(:\d{1,5})?$/.test(value),
);

export const BucketDocument = closed({
  apiVersion: z.literal(kratixApiVersion),
  kind: z.literal('BucketStateStore'),
  metadata: Metadata,
  spec: closed({
    bucketName: filledText,
    endpoint,
    path: maybe(storePathText),
    insecure: maybe(z.boolean()),
    useDualStack: maybe(z.boolean()),
    authMethod: maybeChosen(z.enum(['accessKey', 'IAM'])),
    secretRef: maybe(closed({ name: maybe(z.string()), namespace: maybe(z.string()) })),
  }),
  status: maybe(z.unknown()),
});
export type BucketDocument = z.infer<typeof BucketDocument>;

/** Kratix's rules for access keys, with its words (reference, section 1.8). */
export function bucketProblems({ spec }: BucketDocument, document: string): Problem[] {
  if ((spec.authMethod ?? 'accessKey') !== 'accessKey') return [];
  const message = secretFault(spec.secretRef);
  return message === undefined ? [] : [{ document, field: 'spec.secretRef', message }];
}

function secretFault(secretRef: BucketDocument['spec']['secretRef']): string | undefined {
  if (secretRef === undefined) return 'must be set when using authentication method accessKey';
  if ((secretRef.name ?? '') === '') return 'must contain secret name';
  return (secretRef.namespace ?? '') === '' ? 'must contain secret namespace' : undefined;
}

export function toBucketStateStore({ metadata, spec }: BucketDocument): BucketStateStore {
  const { name = '', namespace = '' } = spec.secretRef ?? {};
  return {
    kind: 'BucketStateStore',
    name: metadata.name,
    path: joinStorePath(spec.path ?? ''),
    bucketName: spec.bucketName,
    endpoint: spec.endpoint,
    insecure: spec.insecure ?? false,
    useDualStack: spec.useDualStack ?? false,
    authMethod: spec.authMethod ?? 'accessKey',
    ...(name === '' ? {} : { secretRef: { namespace, name } }),
  };
}
