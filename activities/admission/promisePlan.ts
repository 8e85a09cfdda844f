import { dump } from 'js-yaml';
import type { ApiDefinition } from '../../src/documents/apiDefinition.js';
import { servedVersions } from '../../src/documents/apiDefinition.js';
import { goDuration } from '../../src/documents/goDuration.js';
import {
  intervalAnnotation,
  onUnscheduleAnnotation,
  timeoutAnnotation,
  versionLabel,
} from '../../src/documents/metadata.js';
import type { Pipeline } from '../../src/documents/pipeline.js';
import type { PromiseDocument } from '../../src/documents/promise.js';
import type { Api, PipelinePlan, PromisePlan, WorkflowType } from '../../src/domain/plan.js';
import { unversioned } from '../../src/domain/revision.js';
import type { Settings } from '../../src/domain/settings.js';
import type { ArtifactStore } from '../artifacts/artifactStore.js';
import { jsonDigest, putJson } from '../artifacts/artifactStore.js';
import { putSnapshot } from '../artifacts/snapshot.js';

export type NewPlan = Omit<PromisePlan, 'generation'>;

/**
 * A stage that says nothing may take a day: Kratix has no limit, and what terraform and its like do takes hours, but a
 * stage that hangs should not hold its object for ever.
 */
const defaultTimeoutSeconds = 86_400;

/** Stores a Promise's document and gives the small plan that workflows carry. */
export async function planPromise(
  artifacts: ArtifactStore,
  promise: PromiseDocument,
  settings: Settings,
): Promise<NewPlan> {
  const { metadata, spec } = promise;
  const version = metadata.labels?.[versionLabel] ?? unversioned;
  return {
    promise: metadata.name,
    digest: await putJson(artifacts, promise),
    spec: jsonDigest({ spec, version }),
    version,
    api: spec.api && planApi(spec.api),
    selectors: (spec.destinationSelectors ?? []).map((selector) => ({ ...selector, source: 'promise' })),
    onUnschedule: metadata.annotations?.[onUnscheduleAnnotation] === 'delete' ? 'delete' : undefined,
    pipelineNamespace: spec.workflows?.config?.pipelineNamespace,
    intervalMillis: intervalOf(promise) ?? settings.reconciliationIntervalMillis,
    reconcileAfterFailure: settings.reconcileAfterFailure,
    requires: spec.requiredPromises ?? [],
    dependencies: await planDependencies(artifacts, promise),
    pipelines: { promise: planWorkflow(promise, 'promise'), resource: planWorkflow(promise, 'resource') },
  };
}

/** The annotation before the document's own field (reference, section 2.12). */
function intervalOf({ metadata, spec }: PromiseDocument): number | undefined {
  const given = metadata.annotations?.[intervalAnnotation] ?? spec.workflows?.config?.reconciliationInterval;
  return given === undefined ? undefined : goDuration(given);
}

function planApi(api: ApiDefinition): Api {
  const { group, names } = api.spec;
  const versions = servedVersions(api).map((version) => version.name);
  return { group, versions, kind: names.kind, plural: names.plural, definition: jsonDigest(api) };
}

/** One file with every dependency, keys sorted (reference, section 3.5). */
async function planDependencies(
  artifacts: ArtifactStore,
  promise: PromiseDocument,
): Promise<PromisePlan['dependencies']> {
  const { metadata, spec } = promise;
  if (spec.dependencies === undefined || spec.dependencies.length === 0) return undefined;
  const text = spec.dependencies
    .map((dependency) => dump(dependency, { sortKeys: true, noRefs: true, lineWidth: -1 }))
    .join('---\n');
  const digest = await artifacts.put(text);
  const size = Buffer.byteLength(text);
  const path = `static/${metadata.name}-dependencies.yaml`;
  return { snapshot: await putSnapshot(artifacts, [{ path, digest, size, executable: false }]), bytes: size };
}

function planWorkflow(promise: PromiseDocument, type: WorkflowType): PromisePlan['pipelines'][WorkflowType] {
  const workflow = promise.spec.workflows?.[type];
  const plan = (pipeline: Pipeline) => planPipeline(promise, pipeline);
  return { configure: (workflow?.configure ?? []).map(plan), delete: (workflow?.delete ?? []).map(plan) };
}

function planPipeline(promise: PromiseDocument, pipeline: Pipeline): PipelinePlan {
  const asked = pipeline.metadata.annotations?.[timeoutAnnotation] ?? promise.metadata.annotations?.[timeoutAnnotation];
  const millis = asked === undefined ? undefined : goDuration(asked);
  return {
    name: pipeline.metadata.name,
    timeoutSeconds: millis === undefined ? defaultTimeoutSeconds : Math.ceil(millis / 1000),
    stages: pipeline.spec.containers.map(({ name, image }) => ({ name, image })),
  };
}
