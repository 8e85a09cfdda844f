import type { Checked } from '../domain/problem.js';
import { accepted, refused } from '../domain/problem.js';
import { describeValue } from './describeValue.js';
import { fieldPath, valueAt } from './fieldPath.js';
import { goDuration } from './goDuration.js';
import type { LeaderElection, LogLevel, PlatformConfiguration } from './platformConfiguration.js';
import { defaultConfiguration, logLevels } from './platformConfiguration.js';
import { ConfigurationDocument } from './platformConfigurationDocument.js';
import { parseYaml } from './readDocuments.js';
import { checkShape } from './shapeProblems.js';

export interface ReadConfiguration {
  readonly configuration: PlatformConfiguration;
  /** Keys that nobody knows, and values in whose place the default stands. */
  readonly warnings: readonly string[];
}

/**
 * The text under the ConfigMap's key. What is no YAML or has another type is refused whole; a key that nobody knows
 * and a value out of its range are warnings, as in Kratix.
 */
export function readPlatformConfiguration(yaml: string, document: string): Checked<ReadConfiguration> {
  const parsed = parseYaml(yaml);
  if (!parsed.ok) return refused({ document, field: '', message: parsed.message });
  const value = structuredClone(parsed.values[0] ?? {});
  const unknown = removeUnknown(value);
  const shape = checkShape(ConfigurationDocument, value, document);
  if (!shape.ok) return shape;
  const warnings = [...unknown, ...removeUnfit(value)];
  return accepted({ configuration: withDefaults(ConfigurationDocument.parse(value)), warnings });
}

/** Another release's keys, or a typing mistake: both are said, neither stops a platform. */
function removeUnknown(root: unknown): string[] {
  const issues = ConfigurationDocument.safeParse(root).error?.issues ?? [];
  return issues.flatMap((issue) => {
    if (issue.code !== 'unrecognized_keys') return [];
    return issue.keys.map((key) => {
      remove(root, [...issue.path, key]);
      return `${fieldPath([...issue.path, key])}: unknown, without effect`;
    });
  });
}

interface Range {
  readonly path: readonly string[];
  readonly expected: string;
  readonly fits: (value: unknown) => boolean;
}

const levelWords = [...logLevels, 'warn'];
const atLeast = (least: number) => (value: unknown) => Number(value) >= least;
const lasting = (least: number) => (value: unknown) => millis(value) >= least;

/** In place of any other value the default counts. */
const ranges: readonly Range[] = [
  { path: ['numberOfJobsToKeep'], expected: 'at least 1', fits: atLeast(1) },
  // A second is next to always; less would be a mistake for "never".
  { path: ['reconciliationInterval'], expected: 'at least 1s', fits: lasting(1000) },
  { path: ['stateStoreReconciliationInterval'], expected: 'at least 0s', fits: lasting(0) },
  { path: ['git', 'minimumFetchInterval'], expected: 'at least 0s', fits: lasting(0) },
  {
    path: ['resourceBindingVersionStrategy'],
    expected: 'one of floating, pinned',
    fits: (value) => value === 'floating' || value === 'pinned',
  },
  { path: ['workflows', 'jobOptions', 'defaultBackoffLimit'], expected: 'at least 0', fits: atLeast(0) },
  { path: ['workflows', 'jobOptions', 'podTTLSecondsAfterFinished'], expected: 'at least 1', fits: atLeast(1) },
  {
    path: ['logging', 'level'],
    expected: `one of ${levelWords.join(', ')}`,
    fits: (value) => levelWords.includes(String(value).toLowerCase()),
  },
  {
    path: ['controllerLeaderElection'],
    expected: 'leaseDuration longer than renewDeadline, and that longer than retryPeriod',
    fits(value) {
      const { leaseMillis, renewMillis, retryMillis } = electionOf(
        value as ConfigurationDocument['controllerLeaderElection'],
      );
      return leaseMillis > renewMillis && renewMillis > retryMillis && retryMillis > 0;
    },
  },
];

function removeUnfit(root: unknown): string[] {
  return ranges.flatMap(({ path, expected, fits }) => {
    const value = valueAt(root, path) ?? '';
    if (value === '' || fits(value)) return [];
    remove(root, path);
    return `${fieldPath(path)}: expected ${expected}, found ${describeValue(value)}; the default counts`;
  });
}

function remove(root: unknown, path: readonly PropertyKey[]): void {
  const parent = valueAt(root, path.slice(0, -1));
  if (typeof parent === 'object' && parent !== null) Reflect.deleteProperty(parent, path.at(-1) ?? '');
}

function withDefaults(document: ConfigurationDocument): PlatformConfiguration {
  const { workflows = {}, logging = {} } = document;
  const { defaultBackoffLimit, podTTLSecondsAfterFinished } = workflows.jobOptions ?? {};
  const { defaultContainerSecurityContext, defaultImagePullPolicy } = workflows;
  const defaults = defaultConfiguration;
  return {
    jobsToKeep: document.numberOfJobsToKeep ?? defaults.jobsToKeep,
    reconciliationIntervalMillis: millis(document.reconciliationInterval, defaults.reconciliationIntervalMillis),
    storeIntervalMillis: millis(document.stateStoreReconciliationInterval, defaults.storeIntervalMillis),
    leaderElection: electionOf(document.controllerLeaderElection),
    resourceBindingVersionStrategy:
      document.resourceBindingVersionStrategy === 'pinned' ? 'pinned' : defaults.resourceBindingVersionStrategy,
    reconcileAfterFailure: workflows.reconcileAfterFailure ?? defaults.reconcileAfterFailure,
    ...(defaultContainerSecurityContext && { securityContext: defaultContainerSecurityContext }),
    ...(defaultImagePullPolicy && { imagePullPolicy: defaultImagePullPolicy }),
    resources: workflows.defaultContainerResources ?? defaults.resources,
    ...(defaultBackoffLimit !== undefined && { backoffLimit: defaultBackoffLimit }),
    ...(podTTLSecondsAfterFinished !== undefined && { podSeconds: podTTLSecondsAfterFinished }),
    logLevel: levelOf(logging.level) ?? defaults.logLevel,
    structuredLog: logging.structured ?? defaults.structuredLog,
  };
}

function electionOf(given: ConfigurationDocument['controllerLeaderElection']): LeaderElection {
  const { leaseMillis, renewMillis, retryMillis } = defaultConfiguration.leaderElection;
  return {
    leaseMillis: millis(given?.leaseDuration, leaseMillis),
    renewMillis: millis(given?.renewDeadline, renewMillis),
    retryMillis: millis(given?.retryPeriod, retryMillis),
  };
}

function levelOf(word: string | undefined): LogLevel | undefined {
  const level = word?.toLowerCase();
  return level === 'warn' ? 'warning' : logLevels.find((each) => each === level);
}

function millis(duration: unknown, byDefault = NaN): number {
  return typeof duration === 'string' ? (goDuration(duration) ?? byDefault) : byDefault;
}
