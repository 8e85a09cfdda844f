import { ActivityFailure, TimeoutFailure } from '@temporalio/workflow';
import type { EntityStatus } from '../../src/domain/entity.js';
import { projecting } from '../options.js';
import type { EntityState } from './entity.js';
import { historyIsLong } from './entity.js';

export interface Projection {
  /** Shows the object's state in the cluster that asked for it, if it has changed. */
  readonly project: () => Promise<void>;
  /** Whether the cluster shows it as it is at this moment. */
  readonly isShown: () => boolean;
}

function unlessLate(thrown: unknown): false {
  const isLate =
    thrown instanceof ActivityFailure && (thrown.retryState === 'TIMEOUT' || thrown.cause instanceof TimeoutFailure);
  if (!isLate) throw thrown;
  return false;
}

/** @param isShown what an earlier history of the same state has shown need not be shown again */
export function projection(state: EntityState, statusOf: () => EntityStatus, isShown = false): Projection {
  let shown = isShown ? JSON.stringify(statusOf()) : '';
  let last = Promise.resolve();
  const project = async (): Promise<void> => {
    // A report that nobody took in time is made anew, of what is so by then, to whoever shows the object by then.
    while (state.projection !== undefined) {
      const status = statusOf();
      const text = JSON.stringify(status);
      if (text === shown) return;
      shown = text;
      const report = projecting(state.projection).projectStatus.executeWithOptions({ summary: status.phase }, [
        { status },
      ]);
      const isTaken = await report.then(() => true, unlessLate);
      if (isTaken) return;
      shown = '';
      // The entity renews itself first, and then shows it: a controller may stay away for weeks.
      if (historyIsLong()) return;
    }
  };
  return {
    // One after the other: what is shown last has to be the newest.
    project: () => (last = last.then(project)),
    isShown: () => JSON.stringify(statusOf()) === shown,
  };
}
