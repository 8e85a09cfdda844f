import { toRecord } from '../../src/documents/toRecord.js';
import type { ArtifactStore } from './artifactStore.js';
import { getJson } from './artifactStore.js';
import { unlessLost } from './unlessLost.js';

/** What pipelines have written in status.yaml so far; nothing when it was lost: their next run must not wait for it. */
export async function readDetails(
  artifacts: ArtifactStore,
  digest: string | undefined,
): Promise<Readonly<Record<string, unknown>>> {
  if (digest === undefined) return {};
  return toRecord(await getJson(artifacts, digest).catch(unlessLost)) ?? {};
}
