import { digestOf } from './artifactDigest.js';

/** Content-addressed blobs: documents, stage outputs and logs, by SHA-256 in hexadecimal. What is stored never changes. */
export interface ArtifactStore {
  put(content: Buffer | string): Promise<string>;
  /** Stores a file by its content, without reading it into memory. */
  putFile(path: string): Promise<{ readonly digest: string; readonly size: number }>;
  get(digest: string): Promise<Buffer>;
  /** Writes a copy that the caller may change. */
  copyTo(digest: string, path: string): Promise<void>;
}

/** What the sweep needs beside (`sweepArtifacts.ts`). */
export interface SweptArtifacts extends ArtifactStore {
  /** Every blob, in no order. */
  blobs(): AsyncIterable<StoredBlob>;
  /** Its first bytes, as many as there are; none when it is not there. */
  begin(digest: string, bytes: number): Promise<Buffer>;
  /** Notes that somebody may need it; false when it is not there. */
  noteUse(digest: string): Promise<boolean>;
  /** Removes it unless it was put or needed since it was listed. */
  remove(blob: StoredBlob): Promise<boolean>;
}

/** How long nobody may need a blob before it is removed: a Temporal that was lost has its objects back by then. */
export const keptMillis = 30 * 24 * 3_600_000;

export interface StoredBlob {
  /** Where in the store it is. */
  readonly key: string;
  /** In bytes. */
  readonly size: number;
  /** When it was last put or known to be needed, in milliseconds since 1970. */
  readonly usedAt: number;
}

export async function putJson(artifacts: ArtifactStore, value: unknown): Promise<string> {
  return artifacts.put(JSON.stringify(value));
}

/** The digest under which a value would be stored. */
export function jsonDigest(value: unknown): string {
  return digestOf(JSON.stringify(value));
}

export async function getJson(artifacts: ArtifactStore, digest: string): Promise<unknown> {
  return JSON.parse((await artifacts.get(digest)).toString('utf8'));
}
