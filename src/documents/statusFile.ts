import type { Checked } from '../domain/problem.js';
import { accepted, refused } from '../domain/problem.js';
import { readMetadataFile } from './metadataFile.js';

const document = '/kratix/metadata/status.yaml';

/** What a pipeline adds to its object's status; an empty file adds nothing (reference, section 2.9). */
export function readStatusFile(text: string): Checked<Record<string, unknown>> {
  const status = readMetadataFile(text, document);
  if (!status.ok || !Object.hasOwn(status.value, 'kratix')) return status.ok ? accepted(status.value) : status;
  const message =
    `'kratix' is a kratix managed status field that cannot be updated via workflows; ` +
    `remove update to 'kratix' from the '${document}' file`;
  return refused({ document, field: 'kratix', message });
}
