import { applyAccess, applyOver, findAccess, labelsOf, removeStaleAccess } from './applyAccess.js';
import type { Cluster } from './cluster.js';
import type { JobPlan } from './jobPlan.js';
import { askedLabel, askedLabels, pipelineAccess } from './pipelineAccess.js';

/**
 * Gives a pipeline's pod the access that it asks for and takes away what other versions of it have asked for (reference,
 * section 2.10). What has been asked for last is written in the cluster: another worker may run another version.
 */
export async function ensureAccess(cluster: Cluster, plan: JobPlan): Promise<void> {
  const { marked, others } = pipelineAccess(plan);
  const [found] = await Promise.all([findAccess(cluster, marked), applyAccess(cluster, others)]);
  if (labelsOf(found)[askedLabel] !== marked.labels[askedLabel]) {
    await removeStaleAccess(cluster, askedLabels(plan), others);
  }
  // Last, so that who dies before has the next one look again.
  await applyOver(cluster, found, marked);
}
