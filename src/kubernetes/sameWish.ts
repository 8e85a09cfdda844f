import { isDeepStrictEqual } from 'node:util';
import type { ArtifactStore } from '../../activities/artifacts/artifactStore.js';
import { getJson } from '../../activities/artifacts/artifactStore.js';
import { unlessLost } from '../../activities/artifacts/unlessLost.js';
import { toRecord } from '../documents/toRecord.js';

/**
 * Labels and annotations alone repeat no pipeline (reference, section 2.10), but for those that we are told by. What the
 * artifact store has lost is like nothing.
 */
export async function isSameWish(artifacts: ArtifactStore, before: string, after: string): Promise<boolean> {
  if (before === after) return true;
  const [one, two] = await Promise.all([getJson(artifacts, before).catch(unlessLost), getJson(artifacts, after)]);
  return one !== undefined && isDeepStrictEqual(meaning(one), meaning(two));
}

function meaning(document: unknown): unknown {
  const { metadata, ...rest } = toRecord(document) ?? {};
  const { labels, annotations } = toRecord(metadata) ?? {};
  return { ...rest, metadata: { labels: ours(labels), annotations: ours(annotations) } };
}

/** Ours, and Kratix's that are settings, such as a Promise's version; which Promise a request is of is not. */
function ours(map: unknown): unknown {
  const known = Object.entries(toRecord(map) ?? {});
  return Object.fromEntries(
    known.filter(([key]) => /^(fulfil|kratix)\.io\//.test(key) && key !== 'kratix.io/promise-name'),
  );
}
