import { z } from 'zod';
import type { Checked } from '../domain/problem.js';
import { accepted } from '../domain/problem.js';
import { documentName } from './documentName.js';
import { filledText, maybe, maybeChosen, text } from './fields.js';
import { isDnsLabel, isDnsSubdomain } from './kubernetesNames.js';
import { dnsLabel, Metadata } from './metadata.js';
import { checkShape } from './shapeProblems.js';

const groupVersion = text('a group and a version such as example.com/v1', (apiVersion) => {
  const [group = '', version = '', ...more] = apiVersion.split('/');
  return more.length === 0 && isDnsSubdomain(group) && isDnsLabel(version);
});

/** A request for a resource, before its Promise's API is known; an API may have fields beside `spec`. */
export const ResourceRequest = z.looseObject({
  apiVersion: groupVersion,
  kind: filledText,
  metadata: Metadata.extend({
    namespace: maybeChosen(dnsLabel).transform((namespace) => namespace ?? 'default'),
  }),
  spec: maybe(z.record(z.string(), z.unknown())).transform((spec) => spec ?? {}),
});
export type ResourceRequest = z.infer<typeof ResourceRequest>;

/** The shape of a request alone; {@link checkAgainstApi} checks what the API asks for. A `status` is left out. */
export function checkRequest(value: unknown, source: string): Checked<ResourceRequest> {
  const checked = checkShape(ResourceRequest, value, documentName(value, source));
  if (!checked.ok) return checked;
  const { status: _status, ...request } = checked.value;
  return accepted<ResourceRequest>({ ...request, apiVersion: checked.value.apiVersion });
}
