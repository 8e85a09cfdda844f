import { z } from 'zod';
import type { JobSettings } from '../../activities/kubernetes/jobSettings.js';
import { systemNamespace } from '../domain/layout.js';

/** Settings of a worker whose stages are Jobs, from its environment. */
export interface KubernetesConfiguration {
  /** What its installation decides about Jobs; the rest is in the ConfigMap `kratix`. */
  readonly installed: Pick<JobSettings, 'helperImage' | 'receiverUrl' | 'imagePullSecret'>;
  /** Where the ConfigMap `kratix` is. */
  readonly namespace: string;
  /** Where this worker listens for what pods put out. */
  readonly receiver: { readonly host: string; readonly port: number };
}

/** The port that the worker's Service leads to. */
const defaultPort = 8080;

const Environment = z.object({
  FULFIL_HELPER_IMAGE: z.string().min(1),
  /** Where pods reach the workers' receivers. */
  FULFIL_RECEIVER_URL: z.url(),
  FULFIL_RECEIVER_HOST: z.string().min(1).default('0.0.0.0'),
  FULFIL_RECEIVER_PORT: z.coerce.number().int().min(1).max(65_535).default(defaultPort),
  FULFIL_NAMESPACE: z.string().min(1).default(systemNamespace),
  FULFIL_IMAGE_PULL_SECRET: z.string().min(1).optional(),
});

export function kubernetesConfiguration(environment: NodeJS.ProcessEnv): KubernetesConfiguration {
  const parsed = Environment.safeParse(environment);
  if (!parsed.success) {
    const problems = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
    throw new Error(`FULFIL_STAGES=kubernetes: ${problems.join('; ')}`);
  }
  const { data } = parsed;
  return {
    installed: {
      helperImage: data.FULFIL_HELPER_IMAGE,
      receiverUrl: data.FULFIL_RECEIVER_URL,
      ...(data.FULFIL_IMAGE_PULL_SECRET === undefined ? {} : { imagePullSecret: data.FULFIL_IMAGE_PULL_SECRET }),
    },
    namespace: data.FULFIL_NAMESPACE,
    receiver: { host: data.FULFIL_RECEIVER_HOST, port: data.FULFIL_RECEIVER_PORT },
  };
}
