import type { EntityStatus } from '../../src/domain/entity.js';
import { projecting } from '../options.js';
import type { EntityState } from './entity.js';

export interface Projection {
  /** Shows the object's state in the cluster that asked for it, if it has changed. */
  readonly project: () => Promise<void>;
  /** Whether the cluster shows it as it is at this moment. */
  readonly isShown: () => boolean;
}

/** @param isShown what an earlier history of the same state has shown need not be shown again */
export function projection(state: EntityState, statusOf: () => EntityStatus, isShown = false): Projection {
  let shown = isShown ? JSON.stringify(statusOf()) : '';
  let last = Promise.resolve();
  const project = async (): Promise<void> => {
    if (state.projection === undefined) return;
    const status = statusOf();
    const text = JSON.stringify(status);
    if (text === shown) return;
    shown = text;
    await projecting(state.projection).projectStatus.executeWithOptions({ summary: status.phase }, [{ status }]);
  };
  return {
    // One after the other: what is shown last has to be the newest.
    project: () => (last = last.then(project)),
    isShown: () => JSON.stringify(statusOf()) === shown,
  };
}
