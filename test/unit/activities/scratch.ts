import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from '@jest/globals';
import type { ArtifactStore } from '../../../activities/artifacts/artifactStore.js';
import { directoryArtifacts } from '../../../activities/artifacts/directoryArtifacts.js';
import type { SnapshotFile } from '../../../activities/artifacts/snapshot.js';

export interface Scratch {
  readonly artifacts: ArtifactStore;
  /** A path below the test file's own folder. */
  path(name: string): string;
  /** A file as a snapshot lists it, stored. */
  file(path: string, text: string): Promise<SnapshotFile>;
}

/** A folder and an artifact store for one test file, removed at its end. */
export function openScratch(): Scratch {
  const root = mkdtempSync(join(tmpdir(), 'fulfil-unit-'));
  afterAll(() => rm(root, { recursive: true, force: true }));
  const artifacts = directoryArtifacts(join(root, 'artifacts'));
  return {
    artifacts,
    path: (name) => join(root, name),
    file: async (path, text) => {
      const digest = await artifacts.put(text);
      return { path, digest, size: Buffer.byteLength(text), executable: false };
    },
  };
}
