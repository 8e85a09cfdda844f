import { z } from 'zod';
import { maybe, text } from './fields.js';
import { goDuration, longestTimerHours, longestTimerMillis } from './goDuration.js';
import { isDnsLabel, isDnsSubdomain, labelKeyFault, labelValueFault } from './kubernetesNames.js';

/** Names become label values, which end at 63 characters (reference, section 0.2). */
export const longestName = 63;

export const dnsLabel = text('a DNS label such as my-name (a-z, 0-9 and -, at most 63 characters)', isDnsLabel);

/** A DNS-1123 subdomain that also fits a label value. */
export const Name = z.string().superRefine((name, context) => {
  if (name.length > longestName) {
    const message = `expected at most ${longestName} characters, found ${name.length}`;
    context.addIssue({ code: 'custom', message });
    return;
  }
  if (isDnsSubdomain(name)) return;
  const expected = 'a DNS-1123 name such as my-name (a-z, 0-9, - and .)';
  context.addIssue({ code: 'custom', params: { expected } });
});

export const LabelMap = z.record(z.string(), z.string()).superRefine((labels, context) => {
  for (const [key, value] of Object.entries(labels)) {
    const keyFault = labelKeyFault(key);
    if (keyFault !== undefined)
      context.addIssue({ code: 'custom', message: `invalid label key "${key}": ${keyFault}` });
    const fault = labelValueFault(value);
    if (fault !== undefined) {
      context.addIssue({ code: 'custom', path: [key], message: `invalid label value "${value}": ${fault}` });
    }
  }
});

/** Ours (design: they need no new field in Kratix's formats); everything else passes. */
export const Annotations = z.record(z.string(), z.string()).superRefine((annotations, context) => {
  const timeout = annotations[timeoutAnnotation];
  const millis = timeout === undefined ? undefined : (goDuration(timeout) ?? 0);
  if (millis !== undefined && !(millis > 0 && millis <= longestTimerMillis)) {
    const params = { expected: `a duration such as 30m or 1h30m, at most ${longestTimerHours}h` };
    context.addIssue({ code: 'custom', path: [timeoutAnnotation], params });
  }
  for (const [name, words] of Object.entries(wordAnnotations)) {
    const word = annotations[name];
    if (word === undefined || words.includes(word)) continue;
    context.addIssue({ code: 'custom', path: [name], params: { expected: `one of ${words.join(', ')}` } });
  }
});

export const timeoutAnnotation = 'fulfil.io/timeout';
export const networkAnnotation = 'fulfil.io/network';
/** On a Promise: whether documents go from a Destination that no longer matches; Kratix keeps them. */
export const onUnscheduleAnnotation = 'fulfil.io/on-unschedule';
/** On a Destination: nothing new goes there, and what is there goes elsewhere. */
export const drainAnnotation = 'fulfil.io/drain';

/** Kratix's; on a Promise: its version, free text (reference, section 0.3). */
export const versionLabel = 'kratix.io/promise-version';

/** Kratix's; on a Promise: how often a finished configuration runs again (reference, section 0.4). */
export const intervalAnnotation = 'kratix.io/reconciliation-interval';

/** On a Destination or state store: documents arrive on a branch of their own, to be merged by people. */
export const deliverAnnotation = 'fulfil.io/deliver';

const wordAnnotations: Readonly<Record<string, readonly string[]>> = {
  [networkAnnotation]: ['none', 'default'],
  [onUnscheduleAnnotation]: ['keep', 'delete'],
  [drainAnnotation]: ['true', 'false'],
  [deliverAnnotation]: ['commit', 'pull-request'],
};

/** What we read of metadata; the rest (uid, managedFields, …) is the API server's and is left out. */
export const Metadata = z.object({
  name: Name,
  namespace: maybe(z.string()),
  labels: maybe(LabelMap),
  annotations: maybe(Annotations),
});
export type Metadata = z.infer<typeof Metadata>;
