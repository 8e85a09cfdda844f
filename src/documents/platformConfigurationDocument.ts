import { z } from 'zod';
import { longestDuration } from '../domain/longestDuration.js';
import { Resources } from './container.js';
import { closed, maybe, maybeChosen, text } from './fields.js';
import { goDuration } from './goDuration.js';

const duration = text(`a duration such as 30m or 10h, at most ${longestDuration}`, (value) => {
  return goDuration(value) !== undefined;
});

/** Kratix's keys and their types (reference, section 7.6). */
export const ConfigurationDocument = closed({
  numberOfJobsToKeep: maybe(z.int()),
  selectiveCache: maybe(z.boolean()),
  reconciliationInterval: maybe(duration),
  stateStoreReconciliationInterval: maybe(duration),
  controllerLeaderElection: maybe(
    closed({ leaseDuration: maybe(duration), renewDeadline: maybe(duration), retryPeriod: maybe(duration) }),
  ),
  resourceBindingVersionStrategy: maybeChosen(z.string()),
  featureFlags: maybe(closed({ dryRun: maybe(z.boolean()), promiseUpgrade: maybe(z.unknown()) })),
  workflows: maybe(
    closed({
      defaultContainerSecurityContext: maybe(z.looseObject({})),
      defaultImagePullPolicy: maybeChosen(z.enum(['Always', 'IfNotPresent', 'Never'])),
      defaultContainerResources: maybe(Resources),
      jobOptions: maybe(closed({ defaultBackoffLimit: maybe(z.int()), podTTLSecondsAfterFinished: maybe(z.int()) })),
      reconcileAfterFailure: maybe(z.boolean()),
    }),
  ),
  logging: maybe(closed({ level: maybeChosen(z.string()), structured: maybe(z.boolean()) })),
  git: maybe(closed({ minimumFetchInterval: maybe(duration) })),
  telemetry: maybe(z.looseObject({})),
});
export type ConfigurationDocument = z.infer<typeof ConfigurationDocument>;
