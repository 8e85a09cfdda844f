import { z } from 'zod';
import { closed, maybe, text } from './fields.js';
import { labelKeyFault, labelValueFault } from './kubernetesNames.js';
import { LabelMap } from './metadata.js';

/** One of Kubernetes' label expressions, with Kubernetes' rules on when values are wanted. */
export const LabelExpression = closed({
  key: text('a label key such as example.com/zone', (key) => labelKeyFault(key) === undefined),
  operator: z.enum(['In', 'NotIn', 'Exists', 'DoesNotExist']),
  values: maybe(z.array(text('a label value', (value) => labelValueFault(value) === undefined))),
}).superRefine(({ operator, values = [] }, context) => {
  const wanted = operator === 'In' || operator === 'NotIn';
  if (wanted === values.length > 0) return;
  const expected = `${wanted ? 'at least one value' : 'no values'} with the operator ${operator}`;
  context.addIssue({ code: 'custom', path: ['values'], params: { expected } });
});

/** `matchLabels` as in Kratix (reference, section 1.1), `matchExpressions` an addition of ours. */
export const Selector = closed({ matchLabels: maybe(LabelMap), matchExpressions: maybe(z.array(LabelExpression)) });
export type Selector = z.infer<typeof Selector>;
