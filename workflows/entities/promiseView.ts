import type { EntityStatus } from '../../src/domain/entity.js';
import { objectStatus } from '../../src/domain/objectStatus.js';
import type { Owner } from '../../src/domain/owner.js';
import type { PromisePlan } from '../../src/domain/plan.js';
import type { Dependent } from '../../src/domain/requirements.js';
import { shownVersion } from '../../src/domain/revision.js';
import { publicState } from './entity.js';
import type { RunOrder } from './entityRun.js';
import type { PromiseInput, PromiseState } from './promiseState.js';

export function ownerOf({ name }: PromiseInput): Owner {
  const apiVersion = 'platform.kratix.io/v1alpha1';
  return { type: 'promise', promise: name, apiVersion, kind: 'Promise', plural: 'promises', namespace: '', name };
}

export function objectOf(state: PromiseState, plan: PromisePlan): RunOrder['object'] {
  const { document, generation, uid, createdAt, details } = state;
  const pipelines = plan.pipelines.promise[state.deleting ? 'delete' : 'configure'];
  const message = state.statusMessage ?? (state.phase === 'Ready' ? 'Promise configured' : 'Pending');
  const status = { ...objectStatus({ ...state, message, pipelines }), version: shownVersion(plan.version) };
  return { document, generation, uid, createdAt, status, details };
}

export function statusOf({ name }: PromiseInput, state: PromiseState): EntityStatus {
  const { plan, deleting, requiredBy } = state;
  const requirements = (plan?.requires ?? []).length === 0 ? undefined : state.requirements;
  const api = plan?.api && { apiVersion: `${plan.api.group}/${plan.api.versions[0]}`, kind: plan.api.kind };
  return {
    ...publicState(state),
    namespace: '',
    name,
    apiVersion: 'platform.kratix.io/v1alpha1',
    kind: 'Promise',
    version: shownVersion(plan?.version),
    resources: state.resources,
    pipelines: plan?.pipelines.promise[deleting ? 'delete' : 'configure'] ?? [],
    api,
    requirements,
    requiredBy: requiredBy.length === 0 ? undefined : requiredBy.map(shownDependent),
    revisions: state.revisions.map((revision) => ({
      version: revision.version,
      document: revision.plan.digest,
      latest: revision.version === plan?.version,
    })),
  };
}

function shownDependent(dependent: Dependent): Dependent {
  return { ...dependent, version: shownVersion(dependent.version) };
}
