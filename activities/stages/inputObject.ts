import { dump } from 'js-yaml';
import type { ObjectReference } from '../../src/domain/stageTask.js';
import type { Owner } from '../../src/domain/owner.js';
import type { ArtifactStore } from '../artifacts/artifactStore.js';
import { getJson } from '../artifacts/artifactStore.js';
import { readDetails } from '../artifacts/readDetails.js';
import { mergedStatus } from '../../src/documents/mergedStatus.js';
import { toRecord } from '../../src/documents/toRecord.js';

/**
 * The live object, whole, with metadata and status, as /kratix/input/object.yaml has it (reference, section 2.7).
 * @param others what others than pipelines and we keep of its status
 */
export async function inputObject(
  artifacts: ArtifactStore,
  owner: Owner,
  reference: ObjectReference,
  others: Readonly<Record<string, unknown>> = {},
): Promise<string> {
  const { status, ...object } = await liveObject(artifacts, owner, reference);
  return dump({ ...object, status: { ...status, ...others } }, { noRefs: true, lineWidth: -1 });
}

export async function liveObject(
  artifacts: ArtifactStore,
  owner: Owner,
  reference: ObjectReference,
): Promise<Record<string, unknown> & { readonly status: Readonly<Record<string, unknown>> }> {
  const document = toRecord(await getJson(artifacts, reference.document)) ?? {};
  const details = await readDetails(artifacts, reference.details);
  const metadata = toRecord(document['metadata']) ?? {};
  const labels = toRecord(metadata['labels']) ?? {};
  return {
    ...document,
    metadata: {
      ...metadata,
      labels: owner.type === 'resource' ? { ...labels, 'kratix.io/promise-name': owner.promise } : labels,
      generation: reference.generation,
      uid: reference.uid,
      creationTimestamp: reference.createdAt,
    },
    status: mergedStatus(reference.status, details),
  };
}
