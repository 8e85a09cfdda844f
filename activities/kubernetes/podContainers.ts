import type { Container } from '../../src/documents/container.js';
import { runVolume } from '../../src/documents/podVolumes.js';
import { kratixEnvironment } from '../stages/environment.js';
import type { JobPlan } from './jobPlan.js';
import type { JobSettings } from './jobSettings.js';

export type HelperName = 'reader' | 'status-writer';

/** The user's containers in list order; what they say about themselves passes through (reference, section 2.2). */
export function stageContainers(plan: JobPlan, settings: JobSettings): unknown[] {
  return plan.pipeline.spec.containers.map((container) => stageContainer(plan, container, settings));
}

function stageContainer(plan: JobPlan, container: Container, settings: JobSettings): unknown {
  const securityContext = container.securityContext ?? settings.securityContext;
  const imagePullPolicy = container.imagePullPolicy ?? settings.imagePullPolicy;
  return {
    name: container.name,
    image: container.image,
    ...(container.command !== undefined && { command: container.command }),
    ...(container.args !== undefined && { args: container.args }),
    env: [...environment(plan), ...(container.env ?? [])],
    ...(container.envFrom !== undefined && { envFrom: container.envFrom }),
    volumeMounts: [
      { name: 'shared-input', mountPath: '/kratix/input', readOnly: true },
      { name: 'shared-output', mountPath: '/kratix/output' },
      { name: 'shared-metadata', mountPath: '/kratix/metadata' },
      ...(container.volumeMounts ?? []),
    ],
    ...(imagePullPolicy !== undefined && { imagePullPolicy }),
    ...(securityContext !== undefined && { securityContext }),
    resources: container.resources ?? settings.resources,
  };
}

/** Ours: before the stages it fetches object.yaml, after them it sends what they left (deploy/helper). */
export function helperContainer(name: HelperName, plan: JobPlan, secret: string, settings: JobSettings): unknown {
  const url = `${settings.receiverUrl.replace(/\/+$/, '')}/runs/${plan.namespace}/${secret}`;
  return {
    name,
    image: settings.helperImage,
    args: [name === 'reader' ? 'reader' : 'writer'],
    env: [...environment(plan), { name: 'FULFIL_RUN_URL', value: url }],
    volumeMounts: [...helperMounts[name], { name: runVolume, mountPath: '/run/fulfil', readOnly: true }],
    ...(settings.imagePullPolicy !== undefined && { imagePullPolicy: settings.imagePullPolicy }),
    securityContext: helperSecurity,
    resources: settings.resources,
  };
}

const helperMounts: Readonly<Record<HelperName, readonly unknown[]>> = {
  reader: [{ name: 'shared-input', mountPath: '/kratix/input' }],
  'status-writer': [
    { name: 'shared-output', mountPath: '/kratix/output', readOnly: true },
    { name: 'shared-metadata', mountPath: '/kratix/metadata', readOnly: true },
  ],
};

/** Kratix's for its own containers (reference, section 2.4). */
const helperSecurity = {
  allowPrivilegeEscalation: false,
  capabilities: { drop: ['ALL'] },
  privileged: false,
  runAsNonRoot: true,
  seccompProfile: { type: 'RuntimeDefault' },
} as const;

function environment(plan: JobPlan): { readonly name: string; readonly value: string }[] {
  return Object.entries(kratixEnvironment(plan.task)).map(([name, value]) => ({ name, value }));
}
