import { kratixApiVersion } from '../../src/documents/pipeline.js';
import { groupOf } from '../../src/domain/plan.js';
import type { JobPlan } from './jobPlan.js';
import { deterministicName, md5 } from './objectName.js';
import type { AccessKind } from './paths.js';

/** One object of the access that a pipeline's pod gets. */
export interface AccessObject {
  readonly kind: AccessKind;
  /** Absent for the cluster-wide kinds. */
  readonly namespace?: string;
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly rules?: readonly unknown[];
  readonly roleRef?: Readonly<Record<string, string>>;
  readonly subjects?: readonly Readonly<Record<string, string>>[];
}

type Labels = AccessObject['labels'];

/** `P-promise-configure-PIPELINE` (reference, section 2.3). */
export function pipelineIdentity({ task }: JobPlan): string {
  return `${task.owner.promise}-${task.owner.type}-${task.action}-${task.pipeline}`;
}

export function serviceAccountOf(plan: JobPlan): string {
  return plan.pipeline.spec.rbac?.serviceAccount || pipelineIdentity(plan);
}

/** The objects of one pipeline's access. */
export interface PipelineAccess {
  /** The role that every pipeline has; a label of it names what else the pipeline has asked for. */
  readonly marked: AccessObject;
  readonly others: readonly AccessObject[];
}

/** Which access a pipeline asked for when it was last looked whether it has more. */
export const askedLabel = 'fulfil.io/asked-access';

/** Everything of section 2.6 of the reference, for one pipeline. */
export function pipelineAccess(plan: JobPlan): PipelineAccess {
  const labels = { 'kratix.io/promise-name': plan.task.owner.promise };
  const account: AccessObject = {
    kind: 'ServiceAccount',
    namespace: plan.namespace,
    name: serviceAccountOf(plan),
    labels,
  };
  const [role, ...own] = ownAccess(plan, labels);
  const asked = askedAccess(plan);
  const names = asked.map(({ kind, namespace, name }) => [kind, namespace, name]);
  const marked = { ...role, labels: { ...role.labels, [askedLabel]: md5(JSON.stringify(names)) } };
  return { marked, others: [account, ...own, ...asked] };
}

const verbs = ['get', 'list', 'update', 'create', 'patch'];

/** To the objects that the workflow is about. */
function ownAccess(plan: JobPlan, labels: Labels): RoleAndMore {
  const { owner } = plan.task;
  const id = pipelineIdentity(plan);
  const platform = groupOf(kratixApiVersion);
  if (owner.type === 'promise') {
    const resources = ['promises', 'promises/status', 'works'];
    return clusterWide(plan, id, id, labels, [{ apiGroups: [platform], resources, verbs }]);
  }
  const requests = {
    apiGroups: [groupOf(owner.apiVersion)],
    resources: [owner.plural, `${owner.plural}/status`],
    verbs,
  };
  const works = { apiGroups: [platform], resources: ['works'], verbs: ['*'] };
  const here = inNamespace(plan, id, id, labels, [requests, works]);
  if (owner.namespace === plan.namespace) return here;
  const there = `${id}-${owner.namespace}`;
  return [...here, ...clusterWide(plan, there, there, labels, [requests])];
}

/** What spec.rbac.permissions asks for, grouped by the namespace that it is about. */
function askedAccess(plan: JobPlan): AccessObject[] {
  const id = pipelineIdentity(plan);
  const labels = askedLabels(plan);
  const groups = new Map<string, unknown[]>();
  for (const { resourceNamespace = '', ...rule } of plan.pipeline.spec.rbac?.permissions ?? []) {
    groups.set(resourceNamespace, [...(groups.get(resourceNamespace) ?? []), rule]);
  }
  return [...groups].flatMap(([target, rules]) => {
    const binding = deterministicName(`${id}-${plan.namespace}`);
    if (target === '') return inNamespace(plan, deterministicName(id), deterministicName(id), labels, rules);
    if (target === '*') {
      const everywhere = { ...labels, 'kratix.io/resource-namespace': 'kratix_all_namespaces' };
      return clusterWide(plan, deterministicName(`${id}-kratix-all-namespaces`), binding, everywhere, rules);
    }
    const role = deterministicName(`${id}-${target}`);
    const there = { ...labels, 'kratix.io/resource-namespace': target };
    return [
      { kind: 'ClusterRole', name: role, labels: there, rules },
      bound(plan, 'RoleBinding', target, binding, 'ClusterRole', role, there),
    ];
  });
}

/** By these labels, access that the pipeline asked for once and no longer does is found. */
export function askedLabels(plan: JobPlan): Record<string, string> {
  const { owner, action, pipeline } = plan.task;
  return {
    'kratix.io/promise-name': owner.promise,
    'kratix.io/workflow-type': owner.type,
    'kratix.io/workflow-action': action,
    'kratix.io/pipeline-name': pipeline,
    'kratix.io/pipeline-namespace': plan.namespace,
  };
}

type RoleAndMore = readonly [AccessObject, ...AccessObject[]];

function inNamespace(plan: JobPlan, role: string, binding: string, labels: Labels, rules: unknown[]): RoleAndMore {
  const { namespace } = plan;
  return [
    { kind: 'Role', namespace, name: role, labels, rules },
    bound(plan, 'RoleBinding', namespace, binding, 'Role', role, labels),
  ];
}

function clusterWide(plan: JobPlan, role: string, binding: string, labels: Labels, rules: unknown[]): RoleAndMore {
  return [
    { kind: 'ClusterRole', name: role, labels, rules },
    bound(plan, 'ClusterRoleBinding', undefined, binding, 'ClusterRole', role, labels),
  ];
}

function bound(
  plan: JobPlan,
  kind: 'RoleBinding' | 'ClusterRoleBinding',
  namespace: string | undefined,
  name: string,
  roleKind: 'Role' | 'ClusterRole',
  role: string,
  labels: Labels,
): AccessObject {
  return {
    kind,
    ...(namespace !== undefined && { namespace }),
    name,
    labels,
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: roleKind, name: role },
    subjects: [{ kind: 'ServiceAccount', name: serviceAccountOf(plan), namespace: plan.namespace }],
  };
}
