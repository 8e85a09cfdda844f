import { z } from 'zod';
import { closed, filledText, maybe, text } from './fields.js';
import { dnsLabel } from './metadata.js';

const keyOf = closed({ name: filledText, key: filledText, optional: maybe(z.boolean()) });

const ValueFrom = closed({
  secretKeyRef: maybe(keyOf),
  configMapKeyRef: maybe(keyOf),
  fieldRef: maybe(closed({ fieldPath: filledText, apiVersion: maybe(z.string()) })),
  resourceFieldRef: maybe(
    closed({
      resource: filledText,
      containerName: maybe(z.string()),
      divisor: maybe(z.union([z.string(), z.number()])),
    }),
  ),
}).superRefine((sources, context) => {
  if (Object.values(sources).filter((source) => source !== undefined).length === 1) return;
  const expected = 'exactly one of secretKeyRef, configMapKeyRef, fieldRef, resourceFieldRef';
  context.addIssue({ code: 'custom', params: { expected } });
});

export const EnvVar = closed({
  name: text('the name of an environment variable', (name) => /^[^=\0]+$/.test(name)),
  value: maybe(z.string()),
  valueFrom: maybe(ValueFrom),
}).superRefine(({ value, valueFrom }, context) => {
  if ((value ?? '') === '' || valueFrom === undefined) return;
  context.addIssue({ code: 'custom', message: 'expected either value or valueFrom, found both' });
});

const named = closed({ name: filledText, optional: maybe(z.boolean()) });

export const EnvFromSource = closed({
  prefix: maybe(z.string()),
  configMapRef: maybe(named),
  secretRef: maybe(named),
}).superRefine(({ configMapRef, secretRef }, context) => {
  if ((configMapRef === undefined) !== (secretRef === undefined)) return;
  context.addIssue({ code: 'custom', params: { expected: 'exactly one of configMapRef, secretRef' } });
});

export const VolumeMount = closed({
  name: filledText,
  mountPath: filledText,
  subPath: maybe(z.string()),
  subPathExpr: maybe(z.string()),
  readOnly: maybe(z.boolean()),
  recursiveReadOnly: maybe(z.string()),
  mountPropagation: maybe(z.string()),
});

/** Kubernetes' quantities: `100m`, `128Mi`, `0.5`, `2`. */
const quantity = z.union([
  text('a quantity such as 100m or 128Mi', (value) =>
    /^[+-]?(\d+\.?\d*|\.\d+)([numkMGTPE]|[KMGTPE]i|[eE][+-]?\d+)?$/.test(value),
  ),
  z.number(),
]);

export const Resources = closed({
  requests: maybe(z.record(z.string(), quantity)),
  limits: maybe(z.record(z.string(), quantity)),
  claims: maybe(z.array(z.looseObject({ name: filledText }))),
});

/** One container of a Pipeline (reference, section 2.2). */
export const Container = closed({
  name: dnsLabel,
  image: filledText,
  args: maybe(z.array(z.string())),
  command: maybe(z.array(z.string())),
  env: maybe(z.array(EnvVar)),
  envFrom: maybe(z.array(EnvFromSource)),
  volumeMounts: maybe(z.array(VolumeMount)),
  imagePullPolicy: maybe(z.enum(['Always', 'IfNotPresent', 'Never'])),
  securityContext: maybe(z.looseObject({})),
  resources: maybe(Resources),
});
export type Container = z.infer<typeof Container>;
