import { Failure, reason } from '../../src/domain/failure.js';
import { lastingAttempt } from '../../src/domain/lastingAttempt.js';
import type { StageResult, StageTask } from '../../src/domain/stageTask.js';
import type { ArtifactStore } from '../artifacts/artifactStore.js';
import type { StageRunner, Tell } from '../stages/stageRunner.js';
import type { Cluster } from './cluster.js';
import { finalFailure } from './finalFailure.js';
import type { JobPlan } from './jobPlan.js';
import { planJob } from './jobPlan.js';
import type { JobSettings } from './jobSettings.js';
import type { EnsuredJob } from './pipelineJob.js';
import { ensureJob } from './pipelineJob.js';
import type { ContainerStatus, Job } from './objects.js';
import { statusesOf } from './objects.js';
import { followJob, podsOf } from './podFollower.js';
import { podRefusal } from './podRefusal.js';
import { failJob, removeJob } from './removeJob.js';
import type { StageClock } from './stageClock.js';
import { stageClock } from './stageClock.js';
import type { StageExit } from './stageExit.js';
import type { KeptLog } from './stageFailure.js';
import { stageTimedOut } from './stageFailure.js';
import { keepLog } from './stageLog.js';
import type { StageWait } from './stageWait.js';
import { stageWait } from './stageWait.js';
import { waitNotice } from './waitNotice.js';

export interface KubernetesStageDependencies {
  readonly artifacts: ArtifactStore;
  readonly cluster: Cluster;
  /** Asked for every Job, so that a changed configuration needs no restart. */
  readonly settings: () => JobSettings | Promise<JobSettings>;
  /** For logs on their way to the artifact store. */
  readonly scratch: string;
  /** Does this reason of an abort end the call only, as a worker's shutdown does, and not the Job? */
  readonly leavesJob: (reason: unknown) => boolean | Promise<boolean>;
  /** Tells whoever asked for the task's object why its pipeline does not get on. */
  readonly announce?: (task: StageTask, line: string) => Promise<void>;
  /** How long a call stays with a pod that does not get on. */
  readonly heldMillis?: number;
}

/**
 * Stages as init containers of one Job per pipeline (reference, section 2.4). The first stage's call makes the Job;
 * every call follows it until its own container has ended, the last one until the outputs are kept. The pod runs on
 * between the calls, and a pod that Kubernetes replaces runs all its stages again.
 */
export function kubernetesStageRunner(dependencies: KubernetesStageDependencies): StageRunner {
  return async (task, attempt, signal, tell = () => undefined) => {
    try {
      return await runStage(dependencies, task, attempt, signal, tell);
    } catch (thrown) {
      const failure = finalFailure(thrown, task, attempt);
      const isFinal = signal.aborted || (failure instanceof Failure && !failure.retryable);
      if (!isFinal && attempt >= lastingAttempt) await dependencies.announce?.(task, reason(failure));
      throw failure;
    }
  };
}

async function runStage(
  dependencies: KubernetesStageDependencies,
  task: StageTask,
  attempt: number,
  signal: AbortSignal,
  tell: Tell,
): Promise<StageResult> {
  const { artifacts, cluster, settings } = dependencies;
  const plan = await planJob(artifacts, task);
  signal.throwIfAborted();
  const job = await ensureJob(cluster, artifacts, plan, await settings(), attempt > 1);
  const { name } = job;
  const clock = stageClock(task.timeoutSeconds);
  const wait = waitFor(dependencies, plan);
  const notice = waitNotice(async (line) => dependencies.announce?.(task, line));
  const until = AbortSignal.any([signal, clock.over]);
  const result = await follow(cluster, plan, job, { clock, wait, tell, notice }, until).finally(() => clock.reset());
  if (result !== undefined) return result;
  if (signal.aborted) {
    if (!(await dependencies.leavesJob(signal.reason))) await removeJob(cluster, plan.namespace, name);
    throw signal.reason;
  }
  const failure = stageTimedOut(task, wait.waiting(), await logSoFar(dependencies, plan, name));
  await removeJob(cluster, plan.namespace, name);
  throw failure;
}

function waitFor({ cluster, artifacts, scratch, heldMillis }: KubernetesStageDependencies, plan: JobPlan): StageWait {
  const { namespace } = plan;
  const words = {
    readLog: (exit: StageExit) => keepLog(cluster, artifacts, scratch, { namespace, ...exit }),
    readRefusal: (job: Job) => podRefusal(cluster, job),
  };
  return stageWait(plan, words, heldMillis);
}

interface Following {
  readonly clock: StageClock;
  readonly wait: StageWait;
  readonly tell: Tell;
  readonly notice: (line: string) => Promise<void>;
}

/** The stage's result, or undefined when the signal aborted first. */
async function follow(
  cluster: Cluster,
  { namespace }: JobPlan,
  { name, made }: EnsuredJob,
  { clock, wait, tell, notice }: Following,
  signal: AbortSignal,
): Promise<StageResult | undefined> {
  for await (const seen of followJob(cluster, namespace, name, signal, made)) {
    const verdict = await wait.see(seen);
    switch (verdict.kind) {
      case 'wait':
      case 'runs': {
        if (verdict.kind === 'runs') clock.run();
        else clock.reset();
        const line = wait.waiting() ?? '';
        tell(line);
        await notice(line);
        continue;
      }
      case 'done':
        return verdict.result;
      case 'throw':
        throw verdict.failure;
      case 'end':
        await failJob(cluster, namespace, name, verdict.failure);
        throw verdict.failure;
      case 'remove':
        await removeJob(cluster, namespace, name);
        throw verdict.failure;
    }
  }
  return undefined;
}

/** What a stage that is about to be stopped has printed; its pod may be gone or unreachable, and the stop is due all the same. */
async function logSoFar(
  { cluster, artifacts, scratch }: KubernetesStageDependencies,
  { namespace, task }: JobPlan,
  name: string,
): Promise<KeptLog | undefined> {
  const pods = await podsOf(cluster, namespace, name).catch(() => []);
  const began = pods.findLast((pod) => statusesOf(pod).some((status) => hasLog(status, task.stage)));
  const source = { namespace, container: task.stage, previous: false };
  return began && keepLog(cluster, artifacts, scratch, { ...source, pod: began.metadata.name });
}

function hasLog({ name, state, lastState }: ContainerStatus, stage: string): boolean {
  return name === stage && (state?.running ?? state?.terminated ?? lastState?.terminated) !== undefined;
}
