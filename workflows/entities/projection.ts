import type { EntityStatus } from '../../src/domain/entity.js';
import { projecting } from '../options.js';
import type { EntityState } from './entity.js';

/** Shows an object's state in the cluster that asked for it, whenever it has changed. */
export function projector(state: EntityState, statusOf: () => EntityStatus): () => Promise<void> {
  let shown = '';
  return async () => {
    if (state.projection === undefined) return;
    const status = statusOf();
    const text = JSON.stringify(status);
    if (text === shown) return;
    shown = text;
    await projecting(state.projection).projectStatus.executeWithOptions({ summary: status.phase }, [{ status }]);
  };
}
