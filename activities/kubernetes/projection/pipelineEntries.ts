import { toRecord } from '../../../src/documents/toRecord.js';

/** Entries of `status.kratix.workflows.pipelines`, of which users and older versions may have made anything. */
export function pipelineEntries(status: unknown): readonly Readonly<Record<string, unknown>>[] {
  const pipelines = workflowsOf(status)['pipelines'];
  const entries: readonly unknown[] = Array.isArray(pipelines) ? pipelines : [];
  return entries.map(toRecord).filter((entry) => entry !== undefined);
}

/** `status.kratix.workflows` */
export function workflowsOf(status: unknown): Readonly<Record<string, unknown>> {
  return toRecord(toRecord(toRecord(status)?.['kratix'])?.['workflows']) ?? {};
}
