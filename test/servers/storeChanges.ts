import { memoryFile } from '../../activities/stores/memoryFile.js';
import { placementChange } from '../../activities/stores/placementChange.js';
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

/** A placement of a resource, two documents in the layout of Destinations; `version` makes other content of it. */
export function placementOf(index: number, version = 1): StoreChange {
  const directory = `worker-${index % 20}/resources/default/redis/example-${index}/instance-configure/5058f`;
  return placementChange({
    placement: `redis-example-${index}`,
    layout: { mode: 'nestedByMetadata', directory },
    files: ['redis.yaml', 'sub/service.yaml'].map((path) =>
      memoryFile(path, `name: example-${index}\nversion: ${version}\npath: ${path}\n`),
    ),
    summary: `Update redis default/example-${index}: instance-configure`,
    run: `resource/redis/default/example-${index}/run-${version}`,
  });
}

/** A Promise's dependencies for a Destination of its own: one document. */
export function dependenciesOf(index: number, version = 1): StoreChange {
  return placementChange({
    placement: `redis-dependencies-${index}`,
    layout: { mode: 'nestedByMetadata', directory: `worker-${index}/dependencies/redis/5058f/static` },
    files: [memoryFile('redis-dependencies.yaml', `destination: worker-${index}\nversion: ${version}\n`)],
    summary: `Update promise redis: dependencies of worker-${index}`,
    run: `promise/redis/run-${version}`,
  });
}

/** A signal that never comes. */
export function never(): AbortSignal {
  return new AbortController().signal;
}
