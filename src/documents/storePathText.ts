import { escapes } from '../domain/storePath.js';
import { text } from './fields.js';

/** A path below a state store's root; a leading slash means that root (reference, sections 1.7 and 6.4). */
export const storePathText = text('a path inside the state store, without ..', (path) => !escapes(withoutRoot(path)));

function withoutRoot(path: string): string {
  return path.replace(/^\/+/, '');
}
