import type { StageTask } from '../../src/domain/stageTask.js';
import { groupOf, versionOf } from '../../src/domain/plan.js';

/** The variables that every container gets (reference, section 2.4). */
export function kratixEnvironment(task: StageTask): Record<string, string> {
  const { owner } = task;
  return {
    KRATIX_WORKFLOW_ACTION: task.action,
    KRATIX_WORKFLOW_TYPE: owner.type,
    KRATIX_PROMISE_NAME: owner.promise,
    KRATIX_PIPELINE_NAME: task.pipeline,
    KRATIX_OBJECT_KIND: owner.kind,
    KRATIX_OBJECT_GROUP: groupOf(owner.apiVersion),
    KRATIX_OBJECT_VERSION: versionOf(owner.apiVersion),
    KRATIX_OBJECT_NAME: owner.name,
    KRATIX_OBJECT_NAMESPACE: owner.namespace,
    KRATIX_CRD_PLURAL: owner.plural,
    KRATIX_CLUSTER_SCOPED: String(owner.type === 'promise'),
  };
}
