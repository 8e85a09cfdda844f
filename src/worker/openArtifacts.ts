import type { SweptArtifacts } from '../../activities/artifacts/artifactStore.js';
import { directoryArtifacts } from '../../activities/artifacts/directoryArtifacts.js';
import type { ArtifactConfiguration } from './artifactConfiguration.js';

/** The artifact store that the configuration names; a bucket has to answer now. */
export async function openArtifacts(configuration: ArtifactConfiguration): Promise<SweptArtifacts> {
  if (configuration.kind === 'directory') return directoryArtifacts(configuration.root);
  // Loaded only here: commands on one machine need no client for buckets.
  const { bucketArtifacts, checkBucket } = await import('../../activities/artifacts/bucketArtifacts.js');
  await checkBucket(configuration);
  return bucketArtifacts(configuration);
}
