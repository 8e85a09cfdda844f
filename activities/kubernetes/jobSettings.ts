import type { PlatformConfiguration } from '../../src/documents/platformConfiguration.js';

/** What the platform's operators decide about stages; read anew for every Job (reference, section 7.6). */
export interface JobSettings extends Pick<
  PlatformConfiguration,
  'securityContext' | 'imagePullPolicy' | 'resources' | 'backoffLimit' | 'jobsToKeep'
> {
  readonly helperImage: string;
  /** Where pods reach the artifact receivers of the workers: a Service, so that it outlives each of them. */
  readonly receiverUrl: string;
  /** PEM of the authority that signed the receivers' certificate, for an https URL. */
  readonly receiverAuthority?: string;
  /** PIPELINE_ADAPTER_PULL_SECRET. */
  readonly imagePullSecret?: string;
}
