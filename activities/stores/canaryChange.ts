import { canaryDocuments } from '../../src/domain/canary.js';
import type { Destination } from '../../src/domain/destination.js';
import { memoryFile } from './memoryFile.js';
import type { StoreChange } from './storeWriter.js';

/**
 * Writes the two documents that show an agent reads the store, or takes them away from a Destination that does not want
 * them, or not any more (reference, sections 6.1 and 6.4).
 */
export function canaryChange(destination: Destination): StoreChange {
  const documents = canaryDocuments(destination);
  const put = destination.canaries ? documents.map(({ path, text }) => memoryFile(path, text)) : [];
  const remove = destination.canaries ? [] : documents.map((document) => document.path);
  return {
    summary: `${destination.canaries ? 'Update' : 'Delete'} canary documents of Destination ${destination.name}`,
    run: `destinations/${destination.name}`,
    edit: () => Promise.resolve({ put, remove }),
  };
}
