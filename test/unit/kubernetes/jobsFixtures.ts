import type { JobPlan } from '../../../activities/kubernetes/jobPlan.js';
import { planJob } from '../../../activities/kubernetes/jobPlan.js';
import type { ContainerStatus, Pod } from '../../../activities/kubernetes/objects.js';
import type { ArtifactStore } from '../../../activities/artifacts/artifactStore.js';
import { putJson } from '../../../activities/artifacts/artifactStore.js';
import type { StageTask } from '../../../src/domain/stageTask.js';
import { createHash } from 'node:crypto';

/** Artifacts in memory. */
export function memoryArtifacts(): ArtifactStore {
  const blobs = new Map<string, Buffer>();
  return {
    put(content) {
      const digest = createHash('sha256').update(content).digest('hex');
      blobs.set(digest, Buffer.from(content));
      return Promise.resolve(digest);
    },
    putFile: () => Promise.reject(new Error('not here')),
    get: (digest) => Promise.resolve(blobs.get(digest) ?? Buffer.alloc(0)),
    copyTo: () => Promise.reject(new Error('not here')),
  };
}

export interface PlanOptions {
  readonly type?: 'promise' | 'resource';
  readonly pipelineNamespace?: string;
  readonly spec?: Readonly<Record<string, unknown>>;
  readonly metadata?: Readonly<Record<string, unknown>>;
  readonly run?: string;
  readonly action?: 'configure' | 'delete';
  readonly resourceSpec?: unknown;
}

export async function plan(options: PlanOptions = {}): Promise<JobPlan> {
  const { type = 'resource', action = 'configure', pipelineNamespace } = options;
  const artifacts = memoryArtifacts();
  const containers = [
    { name: 'render', image: 'registry.example/render:1' },
    { name: 'check', image: 'registry.example/check:1' },
  ];
  const pipeline = {
    apiVersion: 'platform.kratix.io/v1alpha1',
    kind: 'Pipeline',
    metadata: { name: 'instance', ...options.metadata },
    spec: { containers, ...options.spec },
  };
  const promise = await putJson(artifacts, {
    apiVersion: 'platform.kratix.io/v1alpha1',
    kind: 'Promise',
    metadata: { name: 'jenkins' },
    spec: {
      workflows: {
        ...(pipelineNamespace !== undefined && { config: { pipelineNamespace } }),
        [type]: { [action]: [pipeline] },
      },
    },
  });
  const document = { metadata: { name: 'example' }, spec: options.resourceSpec ?? { size: 'small' } };
  const owner: StageTask['owner'] =
    type === 'promise'
      ? {
          type,
          promise: 'jenkins',
          apiVersion: 'platform.kratix.io/v1alpha1',
          kind: 'Promise',
          plural: 'promises',
          namespace: '',
          name: 'jenkins',
        }
      : {
          type,
          promise: 'jenkins',
          apiVersion: 'marketplace.kratix.io/v1',
          kind: 'jenkins',
          plural: 'jenkins',
          namespace: 'team',
          name: 'example',
        };
  return planJob(artifacts, {
    run: options.run ?? 'resource/jenkins/team/example/run-1',
    owner,
    promise,
    action,
    pipeline: 'instance',
    stage: 'check',
    timeoutSeconds: 60,
    object: {
      document: await putJson(artifacts, document),
      generation: 1,
      uid: '0a0a0a0a-0000-0000-0000-000000000001',
      createdAt: '2026-01-01T00:00:00Z',
      status: {},
    },
    volumes: { own: {} },
  });
}

export function status(
  name: string,
  state: ContainerStatus['state'],
  more: Partial<ContainerStatus> = {},
): ContainerStatus {
  return { name, restartCount: 0, state, ...more };
}

export function ended(exitCode: number, more: Readonly<Record<string, string>> = {}): ContainerStatus['state'] {
  const times = { startedAt: '2026-01-01T00:00:00Z', finishedAt: '2026-01-01T00:00:07Z' };
  return { terminated: { exitCode, reason: exitCode === 0 ? 'Completed' : 'Error', ...times, ...more } };
}

export function pod(
  init: readonly ContainerStatus[],
  more: Partial<Pod['status']> = {},
  metadata: Partial<Pod['metadata']> = {},
): Pod {
  const containerStatuses = [status('status-writer', { waiting: { reason: 'PodInitializing' } })];
  return {
    metadata: { name: 'pod-1', uid: 'pod-1', ...metadata },
    spec: { initContainers: [{ name: 'render', image: 'registry.example/render:1' }] },
    status: { initContainerStatuses: init, containerStatuses, ...more },
  };
}
