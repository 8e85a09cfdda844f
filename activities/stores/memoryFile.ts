import { createHash } from 'node:crypto';
import type { StoreFile } from './storeWriter.js';

/** A file whose content is at hand. */
export function memoryFile(path: string, content: string | Buffer): StoreFile {
  const bytes = typeof content === 'string' ? Buffer.from(content) : content;
  return { path, digest: sha256(bytes), size: bytes.length, content: () => Promise.resolve(bytes) };
}

export function sha256(bytes: Buffer | string): string {
  return createHash('sha256').update(bytes).digest('hex');
}
