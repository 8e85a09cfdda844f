import type { EntityStatus } from '../../src/domain/entity.js';
import { projecting } from '../options.js';
import type { EntityState } from './entity.js';

/** Shows an object's state in the cluster that asked for it, whenever it has changed. */
export function projector(state: EntityState, statusOf: () => EntityStatus): () => Promise<void> {
  let shown = '';
  let last = Promise.resolve();
  const project = async (): Promise<void> => {
    if (state.projection === undefined) return;
    const status = statusOf();
    const text = JSON.stringify(status);
    if (text === shown) return;
    shown = text;
    await projecting(state.projection).projectStatus.executeWithOptions({ summary: status.phase }, [{ status }]);
  };
  // One after the other: what is shown last has to be the newest.
  return () => (last = last.then(project));
}
