import { stageEdits } from './stagedEdits.js';
import type { StoreChange } from './storeWriter.js';

/**
 * Several changes of one run as one line of the log. Each sees what the ones before it will have done, so that a
 * placement may take over a file which another gives up in the same run.
 */
export function combinedChange(
  line: Pick<StoreChange, 'summary' | 'run'>,
  changes: readonly StoreChange[],
): StoreChange {
  return {
    ...line,
    lists: changes.flatMap((change) => change.lists ?? []),
    async edit(view) {
      const { puts, removes } = await stageEdits(view, changes);
      return { put: [...puts].map(([path, file]) => ({ ...file, path })), remove: [...removes] };
    },
  };
}
