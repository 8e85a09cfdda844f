import { workName } from '../../src/domain/owner.js';
import type { RunInput } from '../../src/domain/run.js';
import type { Work } from '../../src/domain/work.js';

/** MD5 of `.`, the directory of the default group; the sandbox has no hashing of its own (reference, section 0.6). */
const rootGroupId = '5058f1af8388633f609cadb75a75dc9d';

/** The Work of spec.dependencies: one group, one file, the Promise's own selectors (reference, section 3.5). */
export function dependenciesWork({ owner, plan }: RunInput): Work | undefined {
  if (plan.dependencies === undefined) return undefined;
  const { snapshot, bytes } = plan.dependencies;
  return {
    kind: 'dependency',
    name: workName(owner, undefined),
    promise: plan.promise,
    onUnschedule: plan.onUnschedule,
    groups: [{ id: rootGroupId, directory: '.', selectors: plan.selectors, snapshot, files: 1, bytes }],
    placements: [],
  };
}
