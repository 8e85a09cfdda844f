import { z } from 'zod';
import { longestDuration } from '../domain/longestDuration.js';
import type { Checked } from '../domain/problem.js';
import { accepted } from '../domain/problem.js';
import type { PipelineControl } from '../domain/suspension.js';
import { maybe, text } from './fields.js';
import { goDuration } from './goDuration.js';
import { readMetadataFile } from './metadataFile.js';
import { checkShape } from './shapeProblems.js';
import { unknownFields } from './unknownFields.js';

const document = '/kratix/metadata/workflow-control.yaml';

const duration = text(`a duration such as 30s, 5m or 1h30m (no days), at most ${longestDuration}`, (value) => {
  return value === '' || (goDuration(value) ?? -1) >= 0;
});

const ControlFile = z.object({ suspend: maybe(z.boolean()), message: maybe(z.string()), retryAfter: maybe(duration) });

/** What a pipeline wants to happen after it. */
export function readWorkflowControl(text: string): Checked<PipelineControl> {
  const file = readMetadataFile(text, document);
  if (!file.ok) return file;
  const checked = checkShape(ControlFile, file.value, document);
  if (!checked.ok) return checked;
  const { suspend = false, message = '', retryAfter = '' } = checked.value;
  const remarks = unknownFields(document, ControlFile.shape, file.value);
  if (retryAfter !== '') {
    const afterMilliseconds = goDuration(retryAfter) ?? 0;
    return accepted<PipelineControl>({ action: 'retry', message, afterMilliseconds }, remarks);
  }
  return accepted<PipelineControl>(suspend ? { action: 'suspend', message } : { action: 'continue' }, remarks);
}
