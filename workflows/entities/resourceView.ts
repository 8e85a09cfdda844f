import type { EntityStatus } from '../../src/domain/entity.js';
import { objectStatus } from '../../src/domain/objectStatus.js';
import type { Owner } from '../../src/domain/owner.js';
import type { PromisePlan } from '../../src/domain/plan.js';
import { publicState } from './entity.js';
import type { RunOrder } from './entityRun.js';
import type { ResourceInput, ResourceState } from './resourceState.js';

export function ownerOf(input: ResourceInput, state: ResourceState, plan: PromisePlan): Owner {
  const { promise, namespace, name } = input;
  const { apiVersion, kind } = state;
  return { type: 'resource', promise, apiVersion, kind, plural: plan.api?.plural ?? '', namespace, name };
}

export function objectOf(state: ResourceState, plan: PromisePlan): RunOrder['object'] {
  const { document, generation, uid, createdAt, details } = state;
  const pipelines = plan.pipelines.resource[state.deleting ? 'delete' : 'configure'];
  const message = state.statusMessage ?? (state.phase === 'Ready' ? 'Resource requested' : 'Pending');
  const status = objectStatus({ ...state, message, pipelines, version: plan.version });
  return { document, generation, uid, createdAt, status, details };
}

export function statusOf({ namespace, name }: ResourceInput, state: ResourceState): EntityStatus {
  const { apiVersion, kind, plan, binding, deleting, checkedWith } = state;
  const pipelines = plan?.pipelines.resource[deleting ? 'delete' : 'configure'] ?? [];
  const version = plan?.version ?? '';
  const checked = checkedWith !== undefined && checkedWith === plan?.api?.definition;
  return { ...publicState(state), namespace, name, apiVersion, kind, version, pipelines, checked, binding };
}
