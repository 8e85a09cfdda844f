import { z } from 'zod';
import { Container } from './container.js';
import { closed, filledText, maybe } from './fields.js';
import { Annotations, dnsLabel, Name } from './metadata.js';
import { toRecord } from './toRecord.js';

export const kratixApiVersion = 'platform.kratix.io/v1alpha1';

const Permission = closed({
  resourceNamespace: maybe(z.string()),
  apiGroups: maybe(z.array(z.string())),
  resources: maybe(z.array(z.string())),
  resourceNames: maybe(z.array(z.string())),
  nonResourceURLs: maybe(z.array(z.string())),
  verbs: z.array(filledText).min(1),
});

const Toleration = closed({
  key: maybe(z.string()),
  operator: maybe(z.enum(['Exists', 'Equal'])),
  value: maybe(z.string()),
  effect: maybe(z.enum(['NoSchedule', 'PreferNoSchedule', 'NoExecute'])),
  tolerationSeconds: maybe(z.int()),
});

export const PipelineSpec = closed({
  containers: z.array(Container).min(1),
  imagePullSecrets: maybe(z.array(closed({ name: filledText }))),
  jobOptions: maybe(closed({ backoffLimit: maybe(z.int().min(0)) })),
  nodeSelector: maybe(z.record(z.string(), z.string())),
  tolerations: maybe(z.array(Toleration)),
  // A Job allows no other; `Always` would be refused by Kubernetes.
  restartPolicy: maybe(z.enum(['OnFailure', 'Never'])),
  volumes: maybe(z.array(z.looseObject({ name: dnsLabel }))),
  rbac: maybe(closed({ serviceAccount: maybe(z.string()), permissions: maybe(z.array(Permission)) })),
});
export type PipelineSpec = z.infer<typeof PipelineSpec>;

/** Labels are checked where the workflow they belong to is known: Kratix's message names it (promiseProblems). */
const PipelineMetadata = z.object({
  name: Name,
  namespace: maybe(z.string()),
  labels: maybe(z.record(z.string(), z.string())),
  annotations: maybe(Annotations),
});

/** A Pipeline object, which is always part of a Promise (reference, section 2.2). */
export const Pipeline = closed({
  apiVersion: z.literal(kratixApiVersion),
  kind: z.literal('Pipeline'),
  metadata: PipelineMetadata,
  spec: PipelineSpec,
});
export type Pipeline = z.infer<typeof Pipeline>;

/** An entry of a workflow's list: another kind of object is named as such, not taken apart (section 1.1, rule 3). */
export const PipelineEntry = z
  .unknown()
  .superRefine((value, context) => {
    const entry = toRecord(value);
    if (entry === undefined) return;
    const { apiVersion = '', kind = '' } = entry;
    if (apiVersion === kratixApiVersion && kind === 'Pipeline') return;
    const name = JSON.stringify(toRecord(entry['metadata'])?.['name'] ?? '');
    const message = `unsupported pipeline ${name} with APIVersion "${String(kind)}/${String(apiVersion)}"`;
    context.addIssue({ code: 'custom', message, continue: false });
  })
  .pipe(Pipeline);
