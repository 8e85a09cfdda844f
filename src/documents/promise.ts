import { z } from 'zod';
import type { Checked } from '../domain/problem.js';
import { accepted, refused } from '../domain/problem.js';
import { ApiDefinition } from './apiDefinition.js';
import { documentName } from './documentName.js';
import { closed, filledText, maybe } from './fields.js';
import { Interval } from './interval.js';
import { dnsLabel, Metadata } from './metadata.js';
import { kratixApiVersion, PipelineEntry } from './pipeline.js';
import { promiseProblems } from './promiseProblems.js';
import { Selector } from './selector.js';
import { checkShape } from './shapeProblems.js';
import { toRecord } from './toRecord.js';

/** `{}`, null and an empty string all say that the Promise has no API (reference, section 1.1). */
const api = z.preprocess((value) => {
  const empty = value === null || value === '' || Object.keys(toRecord(value) ?? { filled: true }).length === 0;
  return empty ? undefined : value;
}, ApiDefinition.optional());

const Pipelines = maybe(z.array(PipelineEntry));
const Workflow = closed({ configure: Pipelines, delete: Pipelines });

/** Any Kubernetes object; it is passed on, not looked into. */
const Dependency = z.looseObject({
  apiVersion: filledText,
  kind: filledText,
});
export type Dependency = z.infer<typeof Dependency>;

/** A Promise (reference, section 1.1). */
export const PromiseDocument = closed({
  apiVersion: z.literal(kratixApiVersion),
  kind: z.literal('Promise'),
  metadata: Metadata,
  spec: closed({
    api,
    workflows: maybe(
      closed({
        config: maybe(closed({ pipelineNamespace: maybe(dnsLabel), reconciliationInterval: maybe(Interval) })),
        promise: maybe(Workflow),
        resource: maybe(Workflow),
      }),
    ),
    requiredPromises: maybe(z.array(closed({ name: filledText, version: maybe(z.string()) }))),
    dependencies: maybe(z.array(Dependency)),
    destinationSelectors: maybe(z.array(Selector)),
  }),
  // What kubectl printed may be applied again: its status is no part of the wish.
  status: maybe(z.unknown()),
});
export type PromiseDocument = Omit<z.infer<typeof PromiseDocument>, 'status'>;

/** Every rule of the reference, section 1.1, that needs no API server; unless the shape is wrong, all at once. */
export function checkPromise(value: unknown, source: string): Checked<PromiseDocument> {
  const document = documentName(value, source);
  const shape = checkShape(PromiseDocument, value, document);
  if (!shape.ok) return shape;
  const { status: _status, ...promise } = shape.value;
  const problems = promiseProblems(promise, document);
  return problems.length > 0 ? refused(...problems) : accepted(promise);
}
