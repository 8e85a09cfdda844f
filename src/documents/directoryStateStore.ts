import { z } from 'zod';
import { closed, maybe, text } from './fields.js';
import { Metadata } from './metadata.js';
import { kratixApiVersion } from './pipeline.js';

const absolute = text('an absolute path without ..', (path) => {
  return path.startsWith('/') && !path.includes('\0') && !path.split('/').includes('..');
});

/** A plain directory of the worker's machine: ours, so its document follows the other two. */
export const DirectoryDocument = closed({
  apiVersion: z.literal(kratixApiVersion),
  kind: z.literal('DirectoryStateStore'),
  metadata: Metadata,
  spec: closed({ path: absolute }),
  status: maybe(z.unknown()),
});
export type DirectoryDocument = z.infer<typeof DirectoryDocument>;
