import { promiseLabel } from './promiseApi.js';
import type { RevisionSummary } from '../../../src/domain/revision.js';
import { intervalAnnotation } from '../../../src/documents/metadata.js';
import { kratixApiVersion } from '../../../src/documents/pipeline.js';
import { toRecord } from '../../../src/documents/toRecord.js';
import type { ArtifactStore } from '../../artifacts/artifactStore.js';
import { getJson } from '../../artifacts/artifactStore.js';
import { unlessLost } from '../../artifacts/unlessLost.js';
import { objectName } from '../objectName.js';
import type { ClusterObject } from './clusterObject.js';
import { ownerReference, sourceAnnotation } from './workObject.js';

/** The Promise's metadata at that version: with it and the spec its document is the same again when it was lost. */
export const metadataAnnotation = 'fulfil.io/promise-metadata';
export const latestRevisionLabel = 'kratix.io/latest-revision';

/** `redis-2888c`: the suffix tells the version (reference, sections 0.6 and 1.3). */
export function revisionName(promise: string, version: string): string {
  return objectName(promise, version);
}

/**
 * A Promise as it was at one version (reference, section 1.3).
 * @param found the revision as the cluster has it: a document that was lost is still in there
 * @returns undefined when nobody has the document any more
 */
export async function revisionObject(
  artifacts: ArtifactStore,
  promise: ClusterObject,
  revision: RevisionSummary,
  found: ClusterObject | undefined,
) {
  const { name } = promise.metadata;
  const content = (await storedContent(artifacts, revision)) ?? shownContent(found, revision);
  if (content === undefined) return undefined;
  const { interval, metadata, promiseSpec } = content;
  return {
    metadata: {
      name: revisionName(name, revision.version),
      labels: revisionLabels(name, revision),
      annotations: {
        [sourceAnnotation]: revision.document,
        ...(typeof interval === 'string' ? { [intervalAnnotation]: interval } : {}),
        ...(metadata === undefined ? {} : { [metadataAnnotation]: metadata }),
      },
      finalizers: [revisionFinalizer],
      ownerReferences: [ownerReference(promise, { apiVersion: kratixApiVersion, kind: 'Promise' })],
    },
    spec: { promiseRef: { name }, promiseSpec, version: revision.version },
  };
}

interface RevisionContent {
  readonly interval: unknown;
  /** JSON; absent in revisions of before it was kept. */
  readonly metadata?: string;
  readonly promiseSpec: unknown;
}

async function storedContent(
  artifacts: ArtifactStore,
  { document: digest }: RevisionSummary,
): Promise<RevisionContent | undefined> {
  const document = toRecord(await getJson(artifacts, digest).catch(unlessLost));
  if (document === undefined) return undefined;
  const metadata = toRecord(document['metadata']);
  return {
    interval: toRecord(metadata?.['annotations'])?.[intervalAnnotation],
    metadata: JSON.stringify(metadata),
    promiseSpec: document['spec'] ?? {},
  };
}

function shownContent(found: ClusterObject | undefined, { document }: RevisionSummary): RevisionContent | undefined {
  const { annotations } = found?.metadata ?? {};
  if (annotations?.[sourceAnnotation] !== document) return undefined;
  return {
    interval: annotations[intervalAnnotation],
    metadata: annotations[metadataAnnotation],
    promiseSpec: found?.spec?.['promiseSpec'] ?? {},
  };
}

export const revisionFinalizer = 'kratix.io/resource-request-cleanup';

function revisionLabels(promise: string, { latest }: RevisionSummary): Record<string, string> {
  return { [promiseLabel]: promise, ...(latest ? { [latestRevisionLabel]: 'true' } : {}) };
}

/** Whether the cluster has the revision already, made from the same document and with the same place among others. */
export function isCurrentRevision(found: ClusterObject | undefined, promise: ClusterObject, wanted: RevisionSummary) {
  if (found === undefined) return false;
  const { annotations, labels, ownerReferences } = found.metadata;
  return (
    annotations?.[sourceAnnotation] === wanted.document &&
    labels?.[promiseLabel] === promise.metadata.name &&
    (labels[latestRevisionLabel] === 'true') === wanted.latest &&
    ownerReferences?.some(({ uid }) => uid === promise.metadata.uid) === true
  );
}
