import { memoryFile } from '../../activities/stores/memoryFile.js';
import type { StoreChange } from '../../activities/stores/storeWriter.js';

/** A change that makes a directory hold exactly these files, as a placement's does. */
export function directoryChange(
  directory: string,
  files: Readonly<Record<string, string>>,
  run = 'run-1',
): StoreChange {
  return {
    summary: `Update ${directory}`,
    run,
    async edit(view) {
      const put = Object.entries(files).map(([path, text]) => memoryFile(`${directory}/${path}`, text));
      const wanted = new Set(put.map((file) => file.path));
      const remove = (await view.list(directory)).filter((path) => !wanted.has(path));
      return { put, remove };
    },
  };
}

/** A signal that never comes. */
export function never(): AbortSignal {
  return new AbortController().signal;
}
