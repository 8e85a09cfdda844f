import { defineQuery, defineSignal, patched, setHandler } from '@temporalio/workflow';
import type { Commands } from '../../src/domain/commands.js';
import type { EntityStatus } from '../../src/domain/entity.js';
import type { Progress, RunStages, Verify } from '../messages.js';
import { queries, signals } from '../messages.js';
import { settle } from './answers.js';
import type { EntityState } from './entity.js';
import { show } from './entity.js';
import { noteStages, waitsForRun } from './entityRun.js';

export interface CommonHandlers {
  readonly state: EntityState;
  /** Has the main loop look again. */
  readonly stir: () => void;
  readonly obey: (commands: Commands) => Promise<void>;
  readonly statusOf: () => EntityStatus;
  readonly project: () => Promise<void>;
  /** Tells others that a run stands still, or goes on. */
  readonly progressed?: () => Promise<void>;
}

/** What a Promise and a Resource answer alike: commands, a run that waits for people, a repair that asks, the status. */
export function handleCommon({ state, stir, obey, statusOf, project, progressed }: CommonHandlers): void {
  const command = (signal: string, commands: Commands) =>
    setHandler(defineSignal(signal), async () => {
      stir();
      await obey(commands);
    });
  command(signals.pause, { paused: true });
  command(signals.unpause, { paused: false });
  command(signals.reconcile, { reconcile: true });
  command(signals.reconcileResources, { reconcileResources: true });
  setHandler(defineSignal(signals.resume), () => {
    stir();
    if (state.suspension !== undefined) state.resume = true;
  });
  setHandler(defineSignal<[Progress]>(signals.runProgress), async (progress) => {
    const shown = patched('progress-shown');
    if (shown && state.deleting) show(state, 'Deleting', deletionMessage(state, progress));
    else show(state, progress.phase, progress.message);
    await settle(state);
    if (shown) await project();
    await progressed?.();
  });
  setHandler(defineSignal<[RunStages]>(signals.runStages), async (news) => {
    noteStages(state, news);
    await project();
  });
  setHandler(defineSignal<[Verify]>(signals.verify), (wish) => {
    stir();
    state.verify = [...state.verify, wish];
  });
  setHandler(defineQuery<EntityStatus>(queries.status), statusOf);
}

/** A deletion that waits for another run is a deletion still, and who reads why should know how not to wait. */
function deletionMessage({ runs }: EntityState, { message }: Progress): string {
  return runs[0]?.action === 'delete' ? message : `${waitsForRun} (${message})`;
}
