import { runVolume, sharedVolumes } from '../../src/documents/podVolumes.js';
import { jobAnnotations, jobLabels } from './jobLabels.js';
import type { JobPlan } from './jobPlan.js';
import type { JobSettings } from './jobSettings.js';
import type { Owned } from './jobOwner.js';
import { ownerOf } from './jobOwner.js';
import type { Job } from './objects.js';
import { serviceAccountOf } from './pipelineAccess.js';
import { helperContainer, stageContainers } from './podContainers.js';

/**
 * The Job of one pipeline (reference, section 2.4): the reader and the stages as init containers, the status-writer
 * as the container. Kratix's work-writer and its ConfigMap of destination selectors are missing because scheduling is
 * ours and happens in the worker.
 */
export function jobManifest(plan: JobPlan, name: string, secret: string, settings: JobSettings, owned: Owned): Job {
  const { pipeline, namespace } = plan;
  const { spec } = pipeline;
  const labels = jobLabels(plan);
  const backoffLimit = spec.jobOptions?.backoffLimit ?? settings.backoffLimit;
  const pullSecrets = [
    ...(settings.imagePullSecret === undefined ? [] : [{ name: settings.imagePullSecret }]),
    ...(spec.imagePullSecrets ?? []),
  ];
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name, namespace, labels, annotations: jobAnnotations(plan, secret), ...owned },
    spec: {
      ...(backoffLimit !== undefined && { backoffLimit }),
      ...(isOrphan(plan, owned) && { ttlSecondsAfterFinished: orphanSeconds }),
      template: {
        metadata: { labels, annotations: pipeline.metadata.annotations ?? {} },
        spec: {
          restartPolicy: spec.restartPolicy ?? 'OnFailure',
          serviceAccountName: serviceAccountOf(plan),
          ...(pullSecrets.length > 0 && { imagePullSecrets: pullSecrets }),
          ...(spec.nodeSelector !== undefined && { nodeSelector: spec.nodeSelector }),
          ...(spec.tolerations !== undefined && { tolerations: spec.tolerations }),
          initContainers: [helperContainer('reader', plan, secret, settings), ...stageContainers(plan, settings)],
          containers: [helperContainer('status-writer', plan, secret, settings)],
          volumes: [
            ...sharedVolumes.map((shared) => ({ name: shared, emptyDir: {} })),
            { name: runVolume, secret: { secretName: secret } },
            ...(spec.volumes ?? []),
          ],
        },
      },
    },
  };
}

/** Its object is gone already, and nothing else would take it along. */
function isOrphan(plan: JobPlan, { ownerReferences }: Owned): boolean {
  return ownerReferences === undefined && ownerOf(plan).ownerReferences !== undefined;
}

/** A day to look at it. */
const orphanSeconds = 86_400;
