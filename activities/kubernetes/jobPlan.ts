import { createHash } from 'node:crypto';
import { PromiseDocument } from '../../src/documents/promise.js';
import type { Pipeline } from '../../src/documents/pipeline.js';
import { networkAnnotation } from '../../src/documents/metadata.js';
import { toRecord } from '../../src/documents/toRecord.js';
import { Failure } from '../../src/domain/failure.js';
import { systemNamespace } from '../../src/domain/layout.js';
import type { StageTask } from '../../src/domain/stageTask.js';
import type { ArtifactStore } from '../artifacts/artifactStore.js';
import { getJson } from '../artifacts/artifactStore.js';
import { pipelineNamespace } from '../stages/containerEnvironment.js';
import { stageContainer } from '../stages/stageContainer.js';
import { specHash } from './specHash.js';

/** One pipeline of one run as a Job, before it has a name. */
export interface JobPlan {
  readonly task: StageTask;
  readonly pipeline: Pipeline;
  readonly namespace: string;
  /** The Promise names a namespace of its own for its pipelines (reference, section 2.3). */
  readonly ownNamespace: boolean;
  readonly hash: string;
  /** Two calls mean the same Job when this is equal: the same run of the same content. */
  readonly key: string;
}

export async function planJob(artifacts: ArtifactStore, task: StageTask): Promise<JobPlan> {
  const document = await getJson(artifacts, task.promise);
  const promise = PromiseDocument.parse(document);
  const { pipeline } = stageContainer(promise, task);
  refuseNetworkNone(task, promise, pipeline);
  const configured = promise.spec.workflows?.config?.pipelineNamespace;
  const object = task.owner.type === 'resource' ? await getJson(artifacts, task.object.document) : undefined;
  return {
    task,
    pipeline,
    namespace: pipelineNamespace(task, configured) || systemNamespace,
    ownNamespace: configured !== undefined,
    hash: specHash(specOf(document), object === undefined ? undefined : specOf(object)),
    key: keyOf(task),
  };
}

/** Is the task's stage the pipeline's last? Its call is the one that waits for the outputs. */
export function isLastStage({ task, pipeline }: JobPlan): boolean {
  return pipeline.spec.containers.at(-1)?.name === task.stage;
}

/**
 * What the Job depends on. The uid keeps an object apart from one of the same name that was deleted, and the content
 * keeps a run apart from one of the same number before the engine's database was lost.
 */
function keyOf(task: StageTask): string {
  const { document, details, generation, uid } = task.object;
  const parts = [task.run, task.action, task.pipeline, task.promise, uid, generation, document, details ?? null];
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}

/** A pod has no such switch, and a stage that asked for no network must not quietly get one. */
function refuseNetworkNone(task: StageTask, promise: PromiseDocument, pipeline: Pipeline): void {
  const asked = [promise.metadata.annotations, pipeline.metadata.annotations].map(
    (notes) => notes?.[networkAnnotation],
  );
  if (!asked.includes('none')) return;
  const message = `pipeline "${task.pipeline}": ${networkAnnotation}: none is kept by podman and docker only; in Kubernetes use a NetworkPolicy`;
  throw new Failure('StageRefused', message, false);
}

function specOf(document: unknown): unknown {
  return toRecord(document)?.['spec'] ?? {};
}
