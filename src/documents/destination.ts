import { z } from 'zod';
import type { Destination } from '../domain/destination.js';
import { stateStoreKinds } from '../domain/destination.js';
import type { Checked } from '../domain/problem.js';
import { accepted } from '../domain/problem.js';
import { joinStorePath } from '../domain/storePath.js';
import { documentName } from './documentName.js';
import { closed, filledText, maybe, maybeChosen } from './fields.js';
import { deliverAnnotation, drainAnnotation, Metadata } from './metadata.js';
import { kratixApiVersion } from './pipeline.js';
import { checkShape } from './shapeProblems.js';
import { storePathText } from './storePathText.js';

/** A Destination (reference, section 1.7). */
const DestinationDocument = closed({
  apiVersion: z.literal(kratixApiVersion),
  kind: z.literal('Destination'),
  metadata: Metadata,
  spec: closed({
    path: present('path', storePathText),
    stateStoreRef: present('stateStoreRef', closed({ kind: z.enum(stateStoreKinds), name: filledText })),
    strictMatchLabels: maybe(z.boolean()),
    filepath: maybe(
      closed({
        mode: maybeChosen(z.enum(['nestedByMetadata', 'aggregatedYAML', 'none'])),
        filename: maybe(storePathText),
      }),
    ),
    cleanup: maybe(z.enum(['none', 'all'])),
    initWorkloads: maybe(closed({ enabled: maybe(z.boolean()) })),
  }),
  status: maybe(z.unknown()),
});

/** A field whose absence Kratix has a sentence of its own for. */
function present<T extends z.ZodType>(name: string, schema: T) {
  return (
    z
      .unknown()
      .superRefine((value, context) => {
        if (value !== undefined && value !== null && value !== '') return;
        context.addIssue({ code: 'custom', message: `${name} field is required`, continue: false });
      })
      // The schema takes what the check above let through; preprocess says so to the compiler.
      .pipe(z.preprocess((value) => value, schema))
  );
}

/** A Destination with its defaults filled in. That its path is free and its store exists is for its registry to say. */
export function checkDestination(value: unknown, source: string): Checked<Destination> {
  const checked = checkShape(DestinationDocument, value, documentName(value, source));
  if (!checked.ok) return checked;
  const { metadata, spec } = checked.value;
  const { kind, name } = spec.stateStoreRef;
  const proposals = metadata.annotations?.[deliverAnnotation] === 'pull-request';
  return accepted<Destination>({
    name: metadata.name,
    labels: metadata.labels ?? {},
    path: joinStorePath(spec.path),
    stateStore: { kind, name },
    strictMatchLabels: spec.strictMatchLabels ?? false,
    layout: {
      mode: spec.filepath?.mode ?? 'nestedByMetadata',
      filename: joinStorePath(spec.filepath?.filename ?? '') || 'aggregated.yaml',
    },
    proposals,
    draining: metadata.annotations?.[drainAnnotation] === 'true',
    cleanup: spec.cleanup ?? 'none',
    // People would have to merge test documents too.
    canaries: !proposals && (spec.initWorkloads?.enabled ?? true),
  });
}
