import type { StageOutcome, StageTask } from '../src/domain/stageTask.js';
import type { StateStore } from '../src/domain/stateStore.js';
import type { AdmissionDependencies } from './admission/admission.js';
import { admission } from './admission/admission.js';
import { removal } from './admission/removal.js';
import type { SweptArtifacts } from './artifacts/artifactStore.js';
import { sweepArtifacts } from './artifacts/sweepArtifacts.js';
import { attempt, classified } from './classified.js';
import { countedWrites } from './countedWrites.js';
import { runAndCollect } from './runAndCollect.js';
import type { AwaitedPods, StageRunner } from './stages/stageRunner.js';
import { storeJobs } from './stores/storeJobs.js';
import type { StoreWriter } from './stores/storeWriter.js';
import { entityList } from './works/entityList.js';
import { works } from './works/works.js';

export interface ActivityDependencies extends AdmissionDependencies {
  readonly artifacts: SweptArtifacts;
  /** Digests that running workflows name, workflow by workflow. */
  readonly neededDigests: () => AsyncIterable<readonly string[]>;
  /** Since when the sweep is started every day, in milliseconds since 1970. */
  readonly sweptSince: () => Promise<number>;
  readonly runStage: StageRunner;
  readonly pods: AwaitedPods;
  readonly writerFor: (store: StateStore) => StoreWriter;
  readonly recheckMillis: number;
}

export type Activities = ReturnType<typeof createActivities>;

/** Every activity by name. Each is an adapter's function with heartbeats, cancellation and classified failures around it. */
export function createActivities(dependencies: ActivityDependencies) {
  const { entities, runStage, pods, artifacts, neededDigests, sweptSince } = dependencies;
  const pipelineWorks = works(dependencies);
  const stores = storeJobs(dependencies);
  return {
    ...thin(admission(dependencies)),
    ...thin(removal(dependencies)),
    ...thin(pipelineWorks),
    ...thin(entityList({ entities, attempt })),
    ...thin({ ...stores, writeStore: countedWrites((wish, signal) => stores.writeStore(wish, signal)) }),
    ...thin({ ...pods }),
    ...thin({
      async sweepArtifacts(_: object, signal: AbortSignal) {
        const notedSince = await sweptSince();
        return sweepArtifacts({ artifacts, needed: neededDigests(), notedSince, now: Date.now() }, signal);
      },
    }),
    runStage: (task: StageTask): Promise<StageOutcome> =>
      classified((signal, tell) =>
        runAndCollect(() => runStage(task, attempt(), signal, tell), task, pipelineWorks.collectWork),
      ),
  };
}

type Work = (input: never, signal: AbortSignal) => Promise<unknown>;
type Thin<T extends Record<string, Work>> = {
  [Name in keyof T]: (input: Parameters<T[Name]>[0]) => ReturnType<T[Name]>;
};

function thin<T extends Record<string, Work>>(functions: T): Thin<T> {
  const wrapped = Object.entries(functions).map(([name, work]) => [
    name,
    (input: never) => classified((signal) => work(input, signal)),
  ]);
  return Object.fromEntries(wrapped) as Thin<T>;
}
