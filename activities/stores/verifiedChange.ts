import { createHash } from 'node:crypto';
import type { StoreChange, StoreFile, StoreView } from './storeWriter.js';

/** A change that remembers which paths the store did not hold as they were wanted. */
export function verifiedChange(change: StoreChange): {
  readonly verified: StoreChange;
  /** After the change was applied: what differed when it was looked at last. */
  readonly drifted: () => readonly string[];
} {
  let drifted: readonly string[] = [];
  const verified: StoreChange = {
    ...change,
    async edit(view) {
      const edit = await change.edit(view);
      const differing = await Promise.all(edit.put.map(async (file) => ((await holds(view, file)) ? [] : [file.path])));
      const unwanted = await Promise.all(
        edit.remove.map(async (path) => ((await view.read(path)) === undefined ? [] : [path])),
      );
      drifted = [...differing.flat(), ...unwanted.flat()];
      return edit;
    },
  };
  return { verified, drifted: () => drifted };
}

async function holds(view: StoreView, { path, digest }: StoreFile): Promise<boolean> {
  const content = await view.read(path);
  return content !== undefined && createHash('sha256').update(content).digest('hex') === digest;
}
