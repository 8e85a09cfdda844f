import type { EntityStatus } from '../../src/domain/entity.js';
import { objectStatus } from '../../src/domain/objectStatus.js';
import type { Owner } from '../../src/domain/owner.js';
import type { PromisePlan } from '../../src/domain/plan.js';
import type { RunRecord } from '../../src/domain/run.js';
import { publicState } from './entity.js';
import type { RunOrder } from './entityRun.js';
import type { ResourceInput, ResourceState } from './resourceState.js';
import { planOf } from './resourceState.js';

export function ownerOf(input: ResourceInput, state: ResourceState, plan: PromisePlan): Owner {
  const { promise, namespace, name } = input;
  const { apiVersion, kind } = state;
  return { type: 'resource', promise, apiVersion, kind, plural: plan.api?.plural ?? '', namespace, name };
}

export function objectOf(state: ResourceState, plan: PromisePlan): RunOrder['object'] {
  const { document, generation, uid, createdAt, details } = state;
  const pipelines = plan.pipelines.resource[state.deleting ? 'delete' : 'configure'];
  const message = state.statusMessage ?? (state.phase === 'Ready' ? 'Resource requested' : 'Pending');
  const kept = objectStatus({ ...state, message, pipelines });
  const status = {
    ...kept,
    promiseVersion: state.binding.lastApplied,
    resourceBindingVersion: state.binding.version,
    lastSuccessfulConfigureWorkflowTime: lastConfigured(state.runs),
  };
  return { document, generation, uid, createdAt, status, details };
}

/** When pipelines were last done, which migrations between versions ask (reference, section 4.2). */
function lastConfigured(runs: readonly RunRecord[]): string | undefined {
  const done = runs.find(
    ({ action, outcome }) => action === 'configure' && (outcome === 'Succeeded' || outcome === 'Waiting'),
  );
  return done?.finishedAt;
}

export function statusOf({ namespace, name }: ResourceInput, state: ResourceState): EntityStatus {
  const { apiVersion, kind, binding, deleting, checkedWith } = state;
  const plan = planOf(state);
  const pipelines = plan?.pipelines.resource[deleting ? 'delete' : 'configure'] ?? [];
  const version = plan?.version ?? '';
  const checked = checkedWith !== undefined && checkedWith === plan?.api?.definition;
  return { ...publicState(state), namespace, name, apiVersion, kind, version, pipelines, checked, binding };
}
