import type { JobPlan } from './jobPlan.js';
import { objectName } from './objectName.js';

/**
 * `kratix-P[-RR[-NAMESPACE]]-PIPELINE-xxxxx` (reference, section 2.3). The suffix follows from the run, so that a
 * repeat finds its Job; `salt` gives the next name when two runs of one object share five characters.
 */
export function jobName(plan: JobPlan, salt = 0): string {
  const { owner, pipeline } = plan.task;
  const resource = owner.type === 'resource' ? [owner.name, ...(plan.ownNamespace ? [owner.namespace] : [])] : [];
  return objectName(['kratix', owner.promise, ...resource, pipeline].join('-'), `${plan.key}/${salt}`);
}
