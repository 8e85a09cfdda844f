import type { Settings } from '../domain/settings.js';
import { defaultSettings } from '../domain/settings.js';
import type { Container } from './container.js';

/** What the operators of a platform decide (reference, section 7.6), with every default filled in. */
export interface PlatformConfiguration extends Settings {
  /** Finished Jobs of a pipeline that stay to be looked at. */
  readonly jobsToKeep: number;
  /** How often stores are compared with what was written; 0 for never. */
  readonly storeIntervalMillis: number;
  readonly leaderElection: LeaderElection;
  readonly securityContext?: Readonly<Record<string, unknown>>;
  readonly imagePullPolicy?: 'Always' | 'IfNotPresent' | 'Never';
  readonly resources: NonNullable<Container['resources']>;
  readonly backoffLimit?: number;
  /** How long the pods of finished Jobs stay; for good when it is not said. */
  readonly podSeconds?: number;
  readonly logLevel: LogLevel;
  /** A JSON object for each line of the log. */
  readonly structuredLog: boolean;
}

export interface LeaderElection {
  readonly leaseMillis: number;
  readonly renewMillis: number;
  readonly retryMillis: number;
}

/** From the gravest on: a level lets those before it pass as well. */
export const logLevels = ['error', 'warning', 'info', 'debug', 'trace'] as const;
export type LogLevel = (typeof logLevels)[number];

/** Kratix's, each of them; its resources are those of a container that names none (reference, section 2.2). */
export const defaultConfiguration: PlatformConfiguration = {
  ...defaultSettings,
  jobsToKeep: 5,
  storeIntervalMillis: 10 * 3_600_000,
  leaderElection: { leaseMillis: 15_000, renewMillis: 10_000, retryMillis: 2_000 },
  resources: {
    requests: { cpu: '100m', memory: '128Mi', 'ephemeral-storage': '128Mi' },
    limits: { cpu: '200m', memory: '256Mi', 'ephemeral-storage': '256Mi' },
  },
  logLevel: 'info',
  structuredLog: true,
};
