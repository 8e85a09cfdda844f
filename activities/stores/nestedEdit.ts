import type { StoreEdit, StoreFile, StoreView } from './storeWriter.js';

/** nestedByMetadata: the directory belongs to the placement alone and becomes exactly its files. */
export async function nestedEdit(view: StoreView, directory: string, files: readonly StoreFile[]): Promise<StoreEdit> {
  const wanted = new Set(files.map((file) => file.path));
  const stored = await view.list(directory);
  return { put: files, remove: stored.filter((path) => !wanted.has(path)) };
}
