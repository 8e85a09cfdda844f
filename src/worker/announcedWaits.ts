import { hostname } from 'node:os';
import { log } from '@temporalio/activity';
import type { Cluster } from '../../activities/kubernetes/cluster.js';
import { eventRecorder } from '../../activities/kubernetes/projection/eventRecorder.js';
import { warning } from '../../activities/kubernetes/projection/statusEvents.js';
import { reason } from '../domain/failure.js';
import { groupOf, versionOf } from '../domain/plan.js';
import type { StageTask } from '../domain/stageTask.js';

/** Why a pipeline does not get on, as a Warning beside the object that it runs for: `kubectl describe` shows it. */
export function announcedWaits(cluster: Cluster): (task: StageTask, line: string) => Promise<void> {
  const record = eventRecorder(cluster, hostname(), (error) => {
    log.debug('an event is lost', { error: reason(error) });
  });
  return ({ pipeline, owner, object: { uid } }, line) => {
    const { kind, plural, namespace, name, apiVersion } = owner;
    const event = warning('PipelineWaiting', `Pipeline ${pipeline} does not get on: ${line}`);
    const resource = { group: groupOf(apiVersion), version: versionOf(apiVersion), kind, plural };
    return record('FulfilWorker', resource, { metadata: { namespace, name, uid } }, [event]);
  };
}
