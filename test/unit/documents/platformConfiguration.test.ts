import { expect, test } from '@jest/globals';
import { defaultConfiguration } from '../../../src/documents/platformConfiguration.js';
import type { PlatformConfiguration } from '../../../src/documents/platformConfiguration.js';
import { readPlatformConfiguration } from '../../../src/documents/readPlatformConfiguration.js';

function read(yaml: string): { configuration: PlatformConfiguration; warnings: readonly string[] } {
  const checked = readPlatformConfiguration(yaml, 'config');
  if (!checked.ok) throw new Error(checked.problems.map(({ field, message }) => `${field}: ${message}`).join('\n'));
  return checked.value;
}

test('an empty configuration is the default', () => {
  for (const yaml of ['', '{}', '# nothing\n']) {
    expect(read(yaml)).toEqual({ configuration: defaultConfiguration, warnings: [] });
  }
});

test("Kratix's keys are known", () => {
  const yaml = `
numberOfJobsToKeep: 2
selectiveCache: true
reconciliationInterval: 1h30m
stateStoreReconciliationInterval: "0"
controllerLeaderElection: { leaseDuration: 30s, renewDeadline: 20s, retryPeriod: 5s }
resourceBindingVersionStrategy: pinned
featureFlags: { dryRun: true, promiseUpgrade: true }
workflows:
  defaultContainerSecurityContext: { runAsNonRoot: true, seccompProfile: { type: RuntimeDefault } }
  defaultImagePullPolicy: Always
  defaultContainerResources: { limits: { cpu: 1 } }
  jobOptions: { defaultBackoffLimit: 0, podTTLSecondsAfterFinished: 60 }
  reconcileAfterFailure: false
logging: { level: warn, structured: false }
git: { minimumFetchInterval: 0s }
telemetry: { endpoint: collector:4317, traces: { enabled: true } }
`;
  expect(read(yaml)).toEqual({
    configuration: {
      jobsToKeep: 2,
      reconciliationIntervalMillis: 90 * 60_000,
      storeIntervalMillis: 0,
      leaderElection: { leaseMillis: 30_000, renewMillis: 20_000, retryMillis: 5_000 },
      resourceBindingVersionStrategy: 'pinned',
      reconcileAfterFailure: false,
      securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
      imagePullPolicy: 'Always',
      resources: { limits: { cpu: 1 } },
      backoffLimit: 0,
      podSeconds: 60,
      logLevel: 'warning',
      structuredLog: false,
    },
    warnings: [],
  });
});

test('a value out of its range is the default, with a warning', () => {
  const yaml = `
numberOfJobsToKeep: 0
reconciliationInterval: 0s
resourceBindingVersionStrategy: sticky
workflows: { jobOptions: { podTTLSecondsAfterFinished: -1 } }
logging: { level: loud }
controllerLeaderElection: { leaseDuration: 5s }
git: { minimumFetchInterval: -1s }
`;
  const { configuration, warnings } = read(yaml);
  expect(configuration).toEqual(defaultConfiguration);
  expect(warnings).toEqual([
    'numberOfJobsToKeep: expected at least 1, found the number 0; the default counts',
    'reconciliationInterval: expected at least 1s, found "0s"; the default counts',
    'git.minimumFetchInterval: expected at least 0s, found "-1s"; the default counts',
    'resourceBindingVersionStrategy: expected one of floating, pinned, found "sticky"; the default counts',
    'workflows.jobOptions.podTTLSecondsAfterFinished: expected at least 1, found the number -1; the default counts',
    'logging.level: expected one of error, warning, info, debug, trace, warn, found "loud"; the default counts',
    'controllerLeaderElection: expected leaseDuration longer than renewDeadline, and that longer than retryPeriod, found an object with leaseDuration; the default counts',
  ]);
});

test('unknown keys are warnings at every depth, beside others that count', () => {
  const yaml = 'numberOfJobsToKeeep: 2\nnumberOfJobsToKeep: 3\nworkflows: { jobOptions: { ttl: 1 } }\n';
  const { configuration, warnings } = read(yaml);
  expect(configuration).toEqual({ ...defaultConfiguration, jobsToKeep: 3 });
  expect(warnings).toEqual([
    'workflows.jobOptions.ttl: unknown, without effect',
    'numberOfJobsToKeeep: unknown, without effect',
  ]);
});

test.each([
  ['a: b: c', /^: expected YAML or JSON/],
  ['- 1', /^: expected an object, found a list of 1$/],
  ['numberOfJobsToKeep: many', /^numberOfJobsToKeep: expected a (whole )?number, found "many"$/],
  ['reconciliationInterval: 3', /^reconciliationInterval: expected a string, found the number 3$/],
  [
    'reconciliationInterval: soon',
    /^reconciliationInterval: expected a duration such as 30m or 10h, at most 2562047h47m16s, found "soon"$/,
  ],
  [
    'reconciliationInterval: 2562048h',
    /^reconciliationInterval: expected .* at most 2562047h47m16s, found "2562048h"$/,
  ],
])('%s is refused', (yaml, message) => {
  expect(() => read(yaml)).toThrow(message);
});
