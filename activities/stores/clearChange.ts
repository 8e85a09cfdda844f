import { load } from 'js-yaml';
import { z } from 'zod';
import { canaryDocuments } from '../../src/domain/canary.js';
import type { Destination } from '../../src/domain/destination.js';
import { joinStorePath } from '../../src/domain/storePath.js';
import type { StoreChange, StoreView } from './storeWriter.js';

const StateFile = z.object({ files: z.array(z.string()).default([]) });

/** Removes everything of a Destination that goes with `cleanup: all` (reference, section 5.5); other people's files stay. */
export function clearChange(destination: Destination): StoreChange {
  return {
    summary: `Delete Destination ${destination.name}`,
    run: `destinations/${destination.name}`,
    async edit(view) {
      const canaries = canaryDocuments(destination).map((document) => document.path);
      return { put: [], remove: [...canaries, ...(await documentsOf(destination, view))] };
    },
  };
}

async function documentsOf({ path, layout }: Destination, view: StoreView): Promise<readonly string[]> {
  switch (layout.mode) {
    case 'nestedByMetadata': {
      const owned = ['dependencies', 'resources'].map((directory) => view.list(joinStorePath(path, directory)));
      return (await Promise.all(owned)).flat();
    }
    case 'aggregatedYAML':
      return [joinStorePath(path, layout.filename)];
    case 'none': {
      const stateFiles = await view.list(joinStorePath(path, '.kratix'));
      const listed = await Promise.all(stateFiles.map((file) => filesIn(view, file)));
      return [...stateFiles, ...listed.flat()];
    }
  }
}

async function filesIn(view: StoreView, stateFile: string): Promise<readonly string[]> {
  const text = (await view.read(stateFile))?.toString('utf8') ?? '';
  const parsed = StateFile.safeParse(text.trim() === '' ? {} : load(text));
  return parsed.success ? parsed.data.files : [];
}
