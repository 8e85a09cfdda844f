import { hostname } from 'node:os';
import { z } from 'zod';
import { goDuration, longestTimerHours, longestTimerMillis } from '../documents/goDuration.js';
import { systemNamespace } from '../domain/layout.js';
import { Duration, OptionalPort } from '../worker/configuration.js';

/** Settings of a controller beside those of a worker, from its environment. */
export interface ControllerConfiguration {
  /** Where the lease is. */
  readonly namespace: string;
  readonly leaseName: string;
  readonly identity: string;
  /** Undefined switches the probes off. */
  readonly probePort?: number;
  /** Undefined where no webhook is served. */
  readonly webhookPort?: number;
  /** How often everything is looked at again, whether anybody told of it or not. */
  readonly resyncMillis: number;
}

/** The port of Kratix's manager (reference, section 7.6). */
const defaultProbePort = 8081;
/** The port that the webhook's Service leads to. */
const webhookPort = 9443;
/** As often as client-go's informers show everything again: what nobody told us of is put right then. */
const defaultResync = '10m';

const Environment = z.object({
  FULFIL_NAMESPACE: z.string().min(1).default(systemNamespace),
  FULFIL_PROBE_PORT: OptionalPort.default(defaultProbePort),
  FULFIL_WEBHOOK: z.enum(['on', 'off']).default('off'),
  FULFIL_RESYNC_INTERVAL: Duration.refine(
    (text) => (goDuration(text) ?? 0) <= longestTimerMillis,
    `expected at most ${longestTimerHours}h`,
  ).default(defaultResync),
});

export function controllerConfiguration(environment: NodeJS.ProcessEnv): ControllerConfiguration {
  const parsed = Environment.safeParse(environment);
  if (!parsed.success) {
    throw new Error(parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; '));
  }
  const { FULFIL_NAMESPACE, FULFIL_PROBE_PORT, FULFIL_WEBHOOK, FULFIL_RESYNC_INTERVAL } = parsed.data;
  return {
    namespace: FULFIL_NAMESPACE,
    leaseName: 'controller.fulfil.io',
    identity: `${hostname()}_${process.pid}`,
    ...(FULFIL_PROBE_PORT === 0 ? {} : { probePort: FULFIL_PROBE_PORT }),
    ...(FULFIL_WEBHOOK === 'on' ? { webhookPort } : {}),
    resyncMillis: goDuration(FULFIL_RESYNC_INTERVAL) ?? 0,
  };
}
