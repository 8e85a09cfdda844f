import { mergedStatus } from '../../src/documents/mergedStatus.js';
import { readSelectorsFile } from '../../src/documents/selectorsFile.js';
import { readWorkflowControl } from '../../src/documents/workflowControl.js';
import { readStatusFile } from '../../src/documents/statusFile.js';
import type { CollectedMetadata, CollectedWork, WorkOrder } from '../../src/domain/collected.js';
import { Failure } from '../../src/domain/failure.js';
import type { ObsoletePlacement } from '../../src/domain/obsolete.js';
import { obsoletePlacements } from '../../src/domain/obsolete.js';
import type { Owner } from '../../src/domain/owner.js';
import { workName } from '../../src/domain/owner.js';
import type { Checked, Problem } from '../../src/domain/problem.js';
import { describeProblem, describeProblems } from '../../src/domain/problem.js';
import { schedulable } from '../../src/domain/registry.js';
import type { ScheduledWorks } from '../../src/domain/run.js';
import type { Unscheduled } from '../../src/domain/schedule.js';
import { schedule } from '../../src/domain/schedule.js';
import { isOfPipeline } from '../../src/domain/works.js';
import type { StageVolumes } from '../../src/domain/stageTask.js';
import type { Work } from '../../src/domain/work.js';
import type { ArtifactStore } from '../artifacts/artifactStore.js';
import { putJson } from '../artifacts/artifactStore.js';
import { readDetails } from '../artifacts/readDetails.js';
import type { SnapshotFile, SnapshotTree } from '../artifacts/snapshot.js';
import { getSnapshot, getTree } from '../artifacts/snapshot.js';
import type { EntityClient } from '../entityClient.js';
import { refuseLargeOutput } from './largestOutput.js';
import { workloadGroups } from './workloadGroups.js';

export interface WorksDependencies {
  readonly artifacts: ArtifactStore;
  readonly entities: EntityClient;
}

export interface CollectWork extends WorkOrder {
  readonly volumes: StageVolumes;
}

export interface CollectMetadata {
  readonly volumes: StageVolumes;
  readonly details?: string;
}

export interface ScheduleWorks {
  readonly before: readonly Work[];
  /** What is wanted; placements of the same-named Work before are kept where they fit. */
  readonly after: readonly Work[];
  /** To be removed as well, unless their Destination is gone. */
  readonly leftovers?: readonly ObsoletePlacement[];
}

/** Longest status message that travels in workflow state; the whole one stands in the details. */
const messageLimit = 1000;

const nothing: SnapshotTree = { files: [], emptyDirectories: [] };

export type Works = ReturnType<typeof works>;

/** From a pipeline's volumes to documents on Destinations: the work-writer and status-writer of Kratix (2.8, 2.9). */
export function works({ artifacts, entities }: WorksDependencies) {
  async function scheduleWorks({ before, after, leftovers = [] }: ScheduleWorks): Promise<ScheduledWorks> {
    const destinations = schedulable(await entities.registry());
    const unscheduled: Unscheduled[] = [];
    const placed = after.map(({ recovered: _recovered, ...work }) => {
      const known = before.find((candidate) => isOfPipeline(candidate, work.pipeline));
      const scheduled = schedule(work, known?.placements ?? [], destinations);
      unscheduled.push(...scheduled.unscheduled);
      return { ...work, placements: scheduled.placements };
    });
    const removable = leftovers.filter(({ destination }) => destinations.some(({ name }) => name === destination));
    return {
      works: placed,
      unscheduled,
      obsolete: [...obsoletePlacements(before, placed, destinations), ...removable],
    };
  }

  async function collectWork(input: CollectWork): Promise<CollectedWork> {
    const { owner, pipeline, volumes, promiseSelectors } = input;
    const collected = await collectMetadata(input);
    if (collected.control.action !== 'continue') return collected;
    const metadata = await metadataFiles(artifacts, volumes);
    const selectors = orRefuse(
      readSelectorsFile((await textOf(artifacts, metadata, 'destination-selectors.yaml')) ?? ''),
    );
    const output = volumes.output === undefined ? nothing : await getTree(artifacts, volumes.output);
    refuseLargeOutput(pipeline, output.files);
    const groups = await workloadGroups(artifacts, {
      ...output,
      selectors: selectors.value,
      promiseSelectors,
      source: `${owner.type}-workflow`,
    });
    const { onUnschedule, pipelineNamespace } = input;
    const work: Work = { ...describeWork(owner, pipeline), onUnschedule, pipelineNamespace, groups, placements: [] };
    const remarks = [...(collected.remarks ?? []), ...told(selectors.remarks)];
    return { scheduled: await scheduleWorks({ before: input.before, after: [work] }), ...collected, remarks };
  }

  async function collectMetadata({ volumes, details }: CollectMetadata): Promise<CollectedMetadata> {
    const metadata = await metadataFiles(artifacts, volumes);
    const control = orRefuse(readWorkflowControl((await textOf(artifacts, metadata, 'workflow-control.yaml')) ?? ''));
    const status = await mergeStatus(artifacts, await textOf(artifacts, metadata, 'status.yaml'), details);
    return { control: control.value, ...status, remarks: told(control.remarks) };
  }

  return { scheduleWorks, collectWork, collectMetadata };
}

function describeWork(owner: Owner, pipeline: string): Omit<Work, 'groups' | 'placements'> {
  const name = workName(owner, pipeline);
  const { promise } = owner;
  if (owner.type === 'promise') return { kind: 'dependency', name, promise, pipeline };
  return { kind: 'resource', name, promise, pipeline, resource: { namespace: owner.namespace, name: owner.name } };
}

async function metadataFiles(artifacts: ArtifactStore, { metadata }: StageVolumes): Promise<readonly SnapshotFile[]> {
  return metadata === undefined ? [] : getSnapshot(artifacts, metadata);
}

async function textOf(
  artifacts: ArtifactStore,
  files: readonly SnapshotFile[],
  path: string,
): Promise<string | undefined> {
  const file = files.find((candidate) => candidate.path === path);
  if (file === undefined) return undefined;
  if (file.size > largestMetadata) {
    const message = `/kratix/metadata/${path}: has ${file.size} bytes; expected at most ${largestMetadata}`;
    throw new Failure('InvalidMetadata', message, false);
  }
  return (await artifacts.get(file.digest)).toString('utf8');
}

/** Twice what can be shown of a status. Parsed YAML needs many times its size: what is larger could end the worker. */
const largestMetadata = 1_000_000;

/** Lays status.yaml over what pipelines wrote before. */
async function mergeStatus(artifacts: ArtifactStore, text: string | undefined, before: string | undefined) {
  if (text === undefined) return { details: before };
  const { value: written } = orRefuse(readStatusFile(text));
  const known = await readDetails(artifacts, before);
  const message = written['message'];
  const details = mergedStatus(known, written);
  refuseTooLarge(details);
  return {
    details: await putJson(artifacts, details),
    statusMessage: typeof message === 'string' ? message.slice(0, messageLimit) : undefined,
  };
}

/** An object's status shares etcd's 1.5 MB with its spec and with the record of who wrote which field. */
const largestDetails = 500_000;

function refuseTooLarge(details: unknown): void {
  const bytes = Buffer.byteLength(JSON.stringify(details));
  if (bytes <= largestDetails) return;
  const message = `/kratix/metadata/status.yaml: with what pipelines wrote before, the status has ${bytes} bytes; at most ${largestDetails} can be shown`;
  throw new Failure('InvalidMetadata', message, false);
}

function orRefuse<T>(checked: Checked<T>): Extract<Checked<T>, { readonly ok: true }> {
  if (!checked.ok) throw new Failure('InvalidMetadata', describeProblems(checked.problems), false);
  return checked;
}

/** Of one file; more would hide what the run's message says beside. */
const mostRemarks = 3;

function told(remarks: readonly Problem[] = []): string[] {
  return remarks.slice(0, mostRemarks).map(describeProblem);
}
