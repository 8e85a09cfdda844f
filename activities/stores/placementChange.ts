import { Failure } from '../../src/domain/failure.js';
import type { PlacementLayout } from '../../src/domain/layout.js';
import { escapes, joinStorePath } from '../../src/domain/storePath.js';
import { aggregateEdit } from './aggregateEdit.js';
import { nestedEdit } from './nestedEdit.js';
import { listedEdit } from './listedEdit.js';
import type { StoreChange, StoreEdit, StoreFile, StoreView } from './storeWriter.js';

/** One placement's files in mode aggregatedYAML. */
export interface AggregatePart {
  readonly placement: string;
  readonly files: readonly StoreFile[];
}

export interface PlacementInput {
  /** Name of the placement, for messages: `jenkins-example-configure-1a2b3.worker-cluster-5058f`. */
  readonly placement: string;
  readonly layout: PlacementLayout;
  /** Paths relative to /kratix/output; none: the placement's documents are removed. */
  readonly files?: readonly StoreFile[];
  readonly summary: string;
  readonly run: string;
  /** Mode aggregatedYAML: all placements of the Destination, this one included unless it is being removed. */
  readonly aggregateParts?: readonly AggregatePart[];
}

/** What one placement wants of its store, by its Destination's mode (reference, section 6.4). */
export function placementChange(input: PlacementInput): StoreChange {
  const lists = input.layout.mode === 'nestedByMetadata' ? [input.layout.directory] : [];
  return { summary: input.summary, run: input.run, lists, edit: (view) => placementEdit(input, view) };
}

async function placementEdit(input: PlacementInput, view: StoreView): Promise<StoreEdit> {
  const { layout, placement } = input;
  const files = (input.files ?? []).map((file) => placed(placement, layout.directory, file));
  switch (layout.mode) {
    case 'nestedByMetadata':
      return nestedEdit(view, layout.directory, files);
    case 'none':
      return listedEdit(
        view,
        placement,
        { directory: layout.directory, stateFile: needed(layout.stateFile, 'stateFile') },
        files,
      );
    case 'aggregatedYAML': {
      const { aggregateParts } = input;
      if (aggregateParts !== undefined) return aggregateEdit(needed(layout.aggregate, 'aggregate'), aggregateParts);
      // Writing this placement's part alone would remove the documents of all others of the Destination.
      throw new Failure(
        'AggregateIncomplete',
        `placement ${placement}: the parts of its aggregated file are not given`,
        false,
      );
    }
  }
}

/** Kratix drops such a file and reports success (B20). */
function placed(placement: string, directory: string, file: StoreFile): StoreFile {
  if (escapes(file.path) || joinStorePath(file.path) === '') {
    throw new Failure(
      'PathEscape',
      `placement ${placement}: the file "${file.path}" escapes the output directory`,
      false,
    );
  }
  return { ...file, path: joinStorePath(directory, file.path) };
}

function needed(path: string | undefined, field: string): string {
  if (path === undefined) throw new Error(`a layout of this mode has a ${field}`);
  return path;
}
