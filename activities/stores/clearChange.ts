import { load } from 'js-yaml';
import { z } from 'zod';
import { canaryDocuments } from '../../src/domain/canary.js';
import type { Destination } from '../../src/domain/destination.js';
import { aggregateFile } from '../../src/domain/layout.js';
import { joinStorePath } from '../../src/domain/storePath.js';
import type { StoreChange, StoreView } from './storeWriter.js';

const StateFile = z.object({ files: z.array(z.string()).default([]) });

/** Removes everything of a Destination that goes with `cleanup: all` (reference, section 5.5); other people's files stay. */
export function clearChange(destination: Destination): StoreChange {
  return {
    summary: `Delete Destination ${destination.name}`,
    run: `destinations/${destination.name}`,
    lists: directoriesOf(destination),
    async edit(view) {
      const canaries = canaryDocuments(destination).map((document) => document.path);
      return { put: [], remove: [...canaries, ...(await documentsOf(destination, view))] };
    },
  };
}

/** Those that tell which documents are there. */
function directoriesOf({ path, layout }: Destination): readonly string[] {
  switch (layout.mode) {
    case 'nestedByMetadata':
      return ['dependencies', 'resources'].map((directory) => joinStorePath(path, directory));
    case 'aggregatedYAML':
      return [];
    case 'none':
      return [joinStorePath(path, '.kratix')];
  }
}

async function documentsOf(destination: Destination, view: StoreView): Promise<readonly string[]> {
  const { mode } = destination.layout;
  if (mode === 'aggregatedYAML') return [aggregateFile(destination)];
  const files = (await Promise.all(directoriesOf(destination).map((directory) => view.list(directory)))).flat();
  if (mode === 'nestedByMetadata') return files;
  const listed = await Promise.all(files.map((file) => filesIn(view, file)));
  return [...files, ...listed.flat()];
}

async function filesIn(view: StoreView, stateFile: string): Promise<readonly string[]> {
  const text = (await view.read(stateFile))?.toString('utf8') ?? '';
  const parsed = StateFile.safeParse(text.trim() === '' ? {} : load(text));
  return parsed.success ? parsed.data.files : [];
}
