import type { AggregatePart } from './placementChange.js';
import { memoryFile } from './memoryFile.js';
import type { StoreEdit } from './storeWriter.js';

/** aggregatedYAML: one file of all placements, sorted by name, files in their order, as text without a look inside. */
export async function aggregateEdit(path: string, parts: readonly AggregatePart[]): Promise<StoreEdit> {
  const sorted = [...parts].sort((a, b) => (a.placement < b.placement ? -1 : 1));
  const files = sorted.flatMap((part) => part.files);
  if (files.length === 0) return { put: [], remove: [path] };
  const texts = await Promise.all(files.map((file) => file.content()));
  return { put: [memoryFile(path, texts.map((text) => text.toString()).join('\n---\n'))], remove: [] };
}
