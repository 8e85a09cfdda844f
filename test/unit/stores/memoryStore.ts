import { memoryFile } from '../../../activities/stores/memoryFile.js';
import { noProposals } from '../../../activities/stores/noProposals.js';
import { alteredEach, stageEdits } from '../../../activities/stores/stagedEdits.js';
import type { StoreView, StoreWriter } from '../../../activities/stores/storeWriter.js';

/** A store in memory, with all that the port promises. */
export interface MemoryStore extends StoreWriter {
  readonly files: Map<string, string>;
  readonly view: StoreView;
  /** Summaries of each batch. */
  readonly batches: string[][];
}

export function memoryStore(content: Readonly<Record<string, string>> = {}): MemoryStore {
  const files = new Map(Object.entries(content));
  const batches: string[][] = [];
  const view: StoreView = {
    read: (path) => {
      const text = files.get(path);
      return Promise.resolve(text === undefined ? undefined : Buffer.from(text));
    },
    list: (directory) =>
      Promise.resolve([...files.keys()].filter((path) => directory === '' || path.startsWith(`${directory}/`))),
  };
  const revision = (): string => memoryFile('', JSON.stringify([...files].sort())).digest;
  return {
    files,
    view,
    batches,
    async apply(changes) {
      batches.push(changes.map((change) => change.summary));
      const staged = await stageEdits(view, changes);
      const contents = await Promise.all(
        [...staged.puts].map(async ([path, file]) => [path, (await file.content()).toString()] as const),
      );
      const altered = new Set<string>();
      for (const path of staged.removes) if (files.delete(path)) altered.add(path);
      for (const [path, text] of contents) {
        if (files.get(path) === text) continue;
        files.set(path, text);
        altered.add(path);
      }
      const each = alteredEach(staged, altered);
      return { revision: revision(), changed: altered.size > 0, each };
    },
    probe: () => Promise.resolve(),
    fingerprint: () => Promise.resolve(revision()),
    lastWritten: revision,
    async holds(changes) {
      const { puts, removes } = await stageEdits(view, changes);
      if ([...removes].some((path) => files.has(path))) return undefined;
      for (const [path, file] of puts) if (files.get(path) !== (await file.content()).toString()) return undefined;
      return revision();
    },
    ...noProposals({ kind: 'DirectoryStateStore', name: 'memory', path: '/' }),
  };
}
