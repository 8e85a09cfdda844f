import { availableParallelism, homedir, hostname } from 'node:os';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { goDuration } from '../documents/goDuration.js';
import { longestDuration } from '../domain/longestDuration.js';
import type { Settings } from '../domain/settings.js';
import { defaultTaskQueue } from '../domain/taskQueues.js';
import type { ArtifactConfiguration } from './artifactConfiguration.js';
import { artifactConfiguration } from './artifactConfiguration.js';

/** Settings of a worker, from its environment; the README's table says what each is for. */
export interface WorkerConfiguration {
  readonly home: string;
  readonly artifacts: ArtifactConfiguration;
  readonly taskQueue: string;
  /** Containers at once: by default two per core, which keeps the cores busy without thrashing. */
  readonly stageSlots: number;
  /** Where stages run: containers of this machine's engine, or Jobs of a cluster. */
  readonly stages: 'engine' | 'kubernetes';
  readonly network: 'default' | 'none';
  /** How often state stores that are well are looked at. */
  readonly recheckMillis: number;
  /** Undefined: nobody asks this process whether it is well. */
  readonly probePort?: number;
  /** Undefined: nothing is measured. */
  readonly metricsPort?: number;
  /** What an operator sets for the whole platform. */
  readonly settings: Settings;
  readonly identity: string;
}

/** As Go writes durations; anything shorter would be a loop. */
export const Duration = z
  .string()
  .refine(
    (text) => (goDuration(text) ?? 0) >= 1000,
    `expected a duration of at least 1s, such as 10m, and at most ${longestDuration}`,
  );

/** 0 for none. */
export const OptionalPort = z.coerce.number().int().min(0).max(65_535);

const Environment = z.object({
  FULFIL_HOME: z.string().min(1).optional(),
  FULFIL_TASK_QUEUE: z.string().min(1).default(defaultTaskQueue),
  FULFIL_STAGE_SLOTS: z.coerce.number().int().min(1).optional(),
  FULFIL_RECHECK_INTERVAL: Duration.default('10m'),
  FULFIL_RECONCILIATION_INTERVAL: Duration.default('10h'),
  FULFIL_RECONCILE_AFTER_FAILURE: z.enum(['true', 'false']).default('true'),
  FULFIL_BINDING_STRATEGY: z.enum(['floating', 'pinned']).default('floating'),
  FULFIL_STAGES: z.enum(['engine', 'kubernetes']).default('engine'),
  FULFIL_PROBE_PORT: OptionalPort.default(0),
  FULFIL_METRICS_PORT: OptionalPort.default(0),
  FULFIL_STAGE_NETWORK: z.enum(['default', 'none']).default('default'),
});

/**
 * Stages followed at once where they are Jobs: two watches and some kilobytes each, for the nodes do the work. How many
 * pods run is the cluster's to limit; with fewer slots, Jobs that are done would wait for somebody to see it.
 */
const followedStages = 200;

export function workerConfiguration(environment: NodeJS.ProcessEnv): WorkerConfiguration {
  const parsed = Environment.safeParse(environment);
  if (!parsed.success) {
    throw new Error(parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; '));
  }
  const {
    FULFIL_HOME,
    FULFIL_TASK_QUEUE,
    FULFIL_STAGES,
    FULFIL_STAGE_SLOTS,
    FULFIL_STAGE_NETWORK,
    FULFIL_RECHECK_INTERVAL,
    FULFIL_PROBE_PORT,
    FULFIL_METRICS_PORT,
  } = parsed.data;
  // Container engines are started in folders of their own, so paths have to mean the same everywhere.
  const home = resolve(FULFIL_HOME ?? defaultHome(environment));
  return {
    home,
    artifacts: artifactConfiguration(environment, homeLayout(home).artifacts),
    taskQueue: FULFIL_TASK_QUEUE,
    stageSlots: FULFIL_STAGE_SLOTS ?? (FULFIL_STAGES === 'kubernetes' ? followedStages : 2 * availableParallelism()),
    stages: FULFIL_STAGES,
    network: FULFIL_STAGE_NETWORK,
    recheckMillis: goDuration(FULFIL_RECHECK_INTERVAL) ?? 0,
    ...(FULFIL_PROBE_PORT === 0 ? {} : { probePort: FULFIL_PROBE_PORT }),
    ...(FULFIL_METRICS_PORT === 0 ? {} : { metricsPort: FULFIL_METRICS_PORT }),
    settings: {
      reconciliationIntervalMillis: goDuration(parsed.data.FULFIL_RECONCILIATION_INTERVAL) ?? 0,
      reconcileAfterFailure: parsed.data.FULFIL_RECONCILE_AFTER_FAILURE === 'true',
      resourceBindingVersionStrategy: parsed.data.FULFIL_BINDING_STRATEGY,
    },
    identity: `${hostname()}:${process.pid}`,
  };
}

function defaultHome(environment: NodeJS.ProcessEnv): string {
  return join(environment['XDG_DATA_HOME'] ?? join(homedir(), '.local', 'share'), 'fulfil');
}

/** Everything that Fulfil keeps on a disk, below its home. */
export function homeLayout(home: string) {
  return {
    artifacts: join(home, 'artifacts'),
    scratch: join(home, 'scratch'),
    repositories: join(home, 'repositories'),
    secrets: join(home, 'secrets'),
    configMaps: join(home, 'configmaps'),
    database: join(home, 'temporal.db'),
  };
}
