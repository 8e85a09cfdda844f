import type { Readiness, Registry } from '../../src/domain/registry.js';
import { nudging } from '../options.js';
import type { DestinationsState } from './destinationsState.js';

/** Tells the controller whenever readiness has changed, beside everything else that the entity does. */
export function readinessProjector(state: DestinationsState, busy: Set<string>, ended: () => void): () => void {
  const self = 'projection';
  let shown = '';
  return () => {
    const { projection } = state.registry;
    const text = readinessText(state.registry);
    if (projection === undefined || busy.has(self) || text === shown) return;
    shown = text;
    busy.add(self);
    void nudging(projection)
      .projectReadiness()
      // It was away for long: it looks for itself when it is back.
      .catch(() => undefined)
      .finally(() => {
        busy.delete(self);
        ended();
      });
  };
}

/** Everything that a cluster shows of the registry; a mere look at a store changes nothing. */
function readinessText({ stores, destinations }: Registry): string {
  const line = ({ ready, reason, message }: Readiness) => [ready, reason, message];
  return JSON.stringify([
    Object.entries(stores).map(([key, { document, readiness }]) => [key, document, line(readiness)]),
    Object.entries(destinations).map(([key, entry]) => [key, entry.document, entry.deleting, line(entry.readiness)]),
  ]);
}
