import type { Cluster } from '../../activities/kubernetes/cluster.js';
import { codeOf } from '../../activities/kubernetes/clusterFailure.js';
import { jobManifest } from '../../activities/kubernetes/jobManifest.js';
import { jobName } from '../../activities/kubernetes/jobName.js';
import type { JobPlan } from '../../activities/kubernetes/jobPlan.js';
import { jobsPath, query } from '../../activities/kubernetes/paths.js';
import type { Pipeline } from '../documents/pipeline.js';
import { kratixApiVersion } from '../documents/pipeline.js';
import { defaultConfiguration } from '../documents/platformConfiguration.js';
import type { PromiseDocument } from '../documents/promise.js';
import { Failure, reason } from '../domain/failure.js';
import { systemNamespace } from '../domain/layout.js';
import type { Owner } from '../domain/owner.js';
import type { WorkflowAction, WorkflowType } from '../domain/plan.js';
import { workflowActions, workflowTypes } from '../domain/plan.js';

/**
 * The API server itself says whether it would take the Jobs of the Promise's pipelines: volumes, mounts, quantities and
 * contexts are its business (reference, section 1.1, rule 7). Every pipeline is tried, so that all faults come at once.
 * @returns what the author should know although nothing is refused
 */
export async function triedPipelines(cluster: Cluster, promise: PromiseDocument): Promise<readonly string[]> {
  const trials = workflowTypes.flatMap((type) =>
    workflowActions.flatMap((action) =>
      (promise.spec.workflows?.[type]?.[action] ?? []).map((pipeline) =>
        tryOne(cluster, promise, type, action, pipeline),
      ),
    ),
  );
  const outcomes = await Promise.all(trials);
  const faults = outcomes.flatMap(({ fault = [] }) => fault);
  if (faults.length > 0) throw new Failure('Refused', faults.join('; '), false);
  return [...new Set(outcomes.flatMap(({ warning = [] }) => warning))];
}

interface Outcome {
  readonly fault?: string;
  readonly warning?: string;
}

async function tryOne(
  cluster: Cluster,
  promise: PromiseDocument,
  type: WorkflowType,
  action: WorkflowAction,
  pipeline: Pipeline,
): Promise<Outcome> {
  const plan = trialPlan(trialOwner(promise, type), action, pipeline);
  const settings = { ...defaultConfiguration, helperImage: 'helper', receiverUrl: 'http://receiver' };
  const body = jobManifest(plan, jobName(plan), 'secret', settings, {});
  try {
    await cluster.ask('POST', `${jobsPath(systemNamespace)}${query({ dryRun: 'All' })}`, { body });
    return {};
  } catch (thrown) {
    const code = codeOf(thrown);
    // Kratix's words.
    const what = `${type}.${action} pipeline with name ${pipeline.metadata.name} failed to generate Job definition`;
    if (code === 400 || code === 422) {
      return {
        fault: `Promise ${promise.metadata.name}: spec.workflows.${type}.${action}: ${what}: ${reason(thrown)}`,
      };
    }
    if (code === 403) return { warning: `Warning: pipelines were not tried: ${reason(thrown)}` };
    throw thrown;
  }
}

/** Nobody's request: Kratix's name for it. */
const trialName = 'webhook-dry-run';

function trialOwner({ metadata, spec }: PromiseDocument, type: WorkflowType): Owner {
  const { name } = metadata;
  const common = { type, promise: name };
  const api = spec.api?.spec;
  if (type === 'promise' || api === undefined) {
    return { ...common, apiVersion: kratixApiVersion, kind: 'Promise', plural: 'promises', namespace: '', name };
  }
  const { kind, plural } = api.names;
  const apiVersion = `${api.group}/${api.versions[0]?.name ?? 'v1'}`;
  return { ...common, apiVersion, kind, plural, namespace: systemNamespace, name: trialName };
}

function trialPlan(owner: Owner, action: WorkflowAction, pipeline: Pipeline): JobPlan {
  const object = { document: '', generation: 1, uid: trialName, createdAt: '', status: {} };
  const names = { pipeline: pipeline.metadata.name, stage: pipeline.spec.containers.at(-1)?.name ?? '' };
  const run = { run: trialName, promise: '', timeoutSeconds: 0, volumes: { own: {} } };
  const task = { ...run, ...names, owner, action, object };
  return { task, pipeline, namespace: systemNamespace, ownNamespace: false, hash: trialName, key: trialName };
}
