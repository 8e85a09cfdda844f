import type { Container } from '../../src/documents/container.js';

/** What the platform's operators decide about stages; read anew for every Job (reference, section 7.6). */
export interface JobSettings {
  readonly helperImage: string;
  /** Where pods reach the artifact receivers of the workers: a Service, so that it outlives each of them. */
  readonly receiverUrl: string;
  /** PEM of the authority that signed the receivers' certificate, for an https URL. */
  readonly receiverAuthority?: string;
  /** PIPELINE_ADAPTER_PULL_SECRET. */
  readonly imagePullSecret?: string;
  readonly imagePullPolicy?: 'Always' | 'IfNotPresent' | 'Never';
  readonly securityContext?: Readonly<Record<string, unknown>>;
  readonly resources?: NonNullable<Container['resources']>;
  readonly backoffLimit?: number;
  /** Finished Jobs of a pipeline that stay to be looked at; numberOfJobsToKeep. */
  readonly jobsToKeep?: number;
}

/** Kratix's numberOfJobsToKeep (reference, section 0.2). */
export const defaultJobsToKeep = 5;

/** Kratix's resources of a container that names none (reference, section 2.2). */
export const defaultResources = {
  requests: { cpu: '100m', memory: '128Mi', 'ephemeral-storage': '128Mi' },
  limits: { cpu: '200m', memory: '256Mi', 'ephemeral-storage': '256Mi' },
} as const;
