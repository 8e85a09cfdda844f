import type { WorkflowHandle } from '@temporalio/client';
import type { Phase } from '../../../src/domain/phase.js';
import type { Document } from '../../platform/documents.js';
import { kindOf } from '../../platform/documents.js';
import { holds } from '../../platform/eventually.js';
import type { OperationType } from '../../platform/operations.js';
import type { Platform } from '../../platform/platform.js';

/** A platform, and operations on it. */
export interface Scenario {
  readonly platform: Platform;
  readonly begin: (type: OperationType, input: Document) => Promise<WorkflowHandle>;
  readonly run: (type: OperationType, input: Document) => Promise<unknown>;
}

/** Operations with ids that count: the same in every recording. */
export function beginScenario(platform: Platform): Scenario {
  const { client, taskQueue } = platform;
  const counts = new Map<string, number>();

  async function begin(type: OperationType, input: Document): Promise<WorkflowHandle> {
    const number = (counts.get(type) ?? 0) + 1;
    counts.set(type, number);
    return client.workflow.start(type, { workflowId: `${type}/${number}`, taskQueue, args: [input] });
  }

  return { platform, begin, run: async (type, input): Promise<unknown> => (await begin(type, input)).result() };
}

/** What a deletion names of the request `one` for a Promise. */
export function target(name: string): Document {
  return { apiVersion: 'test.fulfil.io/v1', kind: kindOf(name), namespace: 'default', name: 'one' };
}

/** Sets `size` in a stage's script to that of the request. */
export const readSize = `size=$(sed -n 's/^  size: *//p' /kratix/input/object.yaml)\n`;

export async function inPhase({ entities }: Platform, entity: string, phase: Phase): Promise<void> {
  await holds(`${entity} ${phase}`, async () => (await entities.status(entity))?.phase === phase);
}
