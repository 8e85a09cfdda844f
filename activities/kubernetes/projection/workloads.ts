import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { Work } from '../../../src/domain/work.js';
import type { ArtifactStore } from '../../artifacts/artifactStore.js';
import { getSnapshot } from '../../artifacts/snapshot.js';

/** A document as Works carry it: base64 of its gzipped bytes (reference, section 1.5). */
export interface Workload {
  readonly filepath: string;
  readonly content: string;
}

/** etcd takes 1.5 MB; what else stands in an object has to fit beside the documents (10.1, B43). */
const mostBytes = 1_000_000;

const compress = promisify(gzip);

/** Documents by snapshot, or what they come to when that is more than an object can carry. */
export async function workloadsOf(
  artifacts: ArtifactStore,
  work: Work,
): Promise<{ readonly bySnapshot: ReadonlyMap<string, readonly Workload[]>; readonly tooLarge?: number }> {
  const bySnapshot = new Map<string, readonly Workload[]>();
  let bytes = 0;
  for (const { snapshot } of work.groups) {
    const workloads: Workload[] = [];
    for (const { path, digest } of await getSnapshot(artifacts, snapshot)) {
      const content = (await compress(await artifacts.get(digest))).toString('base64');
      bytes += content.length + path.length;
      if (bytes > mostBytes) return { bySnapshot: new Map(), tooLarge: totalBytes(work) };
      workloads.push({ filepath: path, content });
    }
    bySnapshot.set(snapshot, workloads);
  }
  return { bySnapshot };
}

function totalBytes(work: Work): number {
  return work.groups.reduce((sum, group) => sum + group.bytes, 0);
}
