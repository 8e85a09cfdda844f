import { defineQuery, defineSignal, setHandler } from '@temporalio/workflow';
import type { EntityStatus } from '../../src/domain/entity.js';
import type { Progress, Verify } from '../messages.js';
import { queries, signals } from '../messages.js';
import type { EntityState } from './entity.js';
import { settle, show } from './entity.js';

/** What a Promise and a Resource answer alike: a run that waits for people, a repair that asks, and the status. */
export function handleCommon(state: EntityState, stir: () => void, statusOf: () => EntityStatus): void {
  setHandler(defineSignal<[Progress]>(signals.runProgress), async (progress) => {
    show(state, progress.phase, progress.message);
    await settle(state);
  });
  setHandler(defineSignal<[Verify]>(signals.verify), (wish) => {
    stir();
    state.verify = [...state.verify, wish];
  });
  setHandler(defineQuery<EntityStatus>(queries.status), statusOf);
}
