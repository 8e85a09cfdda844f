import { canaryDocuments } from '../../src/domain/canary.js';
import type { Destination } from '../../src/domain/destination.js';
import { memoryFile } from './memoryFile.js';
import type { StoreChange } from './storeWriter.js';

/** Writes the two documents that show an agent reads the store, or takes them away again (reference, section 6.4). */
export function canaryChange(destination: Destination, wanted: 'present' | 'absent' = 'present'): StoreChange {
  const documents = canaryDocuments(destination);
  const put = wanted === 'present' ? documents.map(({ path, text }) => memoryFile(path, text)) : [];
  const remove = wanted === 'present' ? [] : documents.map((document) => document.path);
  return {
    summary: `${wanted === 'present' ? 'Update' : 'Delete'} canary documents of Destination ${destination.name}`,
    run: `destinations/${destination.name}`,
    edit: () => Promise.resolve({ put, remove }),
  };
}
