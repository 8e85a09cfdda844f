import type { PromiseDocument } from '../../src/documents/promise.js';
import type { PromisePlan } from '../../src/domain/plan.js';
import type { Checked, Problem } from '../../src/domain/problem.js';
import { accepted, refused } from '../../src/domain/problem.js';

/** What an installed Promise may not change: its API's identity, on which requests rely (reference, section 1.1, rule 10). */
export function checkPromiseChange(before: PromisePlan, promise: PromiseDocument): Checked<PromiseDocument> {
  const document = `Promise ${promise.metadata.name}`;
  const { api } = promise.spec;
  if (before.api === undefined) return accepted(promise);
  if (api === undefined) {
    return refused({ document, field: 'spec.api', message: 'cannot remove API from existing promise' });
  }
  const { group, names } = api.spec;
  const fixed = [
    ['spec.api.spec.group', before.api.group, group],
    ['spec.api.spec.names.kind', before.api.kind, names.kind],
    ['spec.api.spec.names.plural', before.api.plural, names.plural],
  ] as const;
  const problems: Problem[] = fixed
    .filter(([, was, is]) => was !== is)
    .map(([field, was, is]) => ({
      document,
      field,
      message: `Invalid value: "${is}": field is immutable, it is "${was}"`,
    }));
  return problems.length > 0 ? refused(...problems) : accepted(promise);
}
