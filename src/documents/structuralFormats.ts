import type { Ajv } from 'ajv';
import ajvFormats from 'ajv-formats';
import { goDuration } from './goDuration.js';

/** The formats Kubernetes checks; any other format is a remark to it, and to us. */
export function addStructuralFormats(ajv: Ajv): void {
  ajvFormats.default(ajv, [
    'date',
    'date-time',
    'email',
    'hostname',
    'ipv4',
    'ipv6',
    'uuid',
    'byte',
    'int32',
    'int64',
    'float',
    'double',
    'password',
  ]);
  // JSON schema means ISO 8601 (`PT1H`) by this, Kubernetes Go's `1h`.
  ajv.addFormat('duration', (text: string) => goDuration(text) !== undefined);
  // Kubernetes takes an absolute path for a URI as well.
  ajv.addFormat('uri', (text: string) => text.startsWith('/') || URL.canParse(text));
}
