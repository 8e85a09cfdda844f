import proto from '@temporalio/proto';

const { History } = proto.temporal.api.history.v1;
type History = proto.temporal.api.history.v1.IHistory;

/**
 * A history as plain JSON: protobuf's own form, not quite that of `temporal workflow show`, because the SDK's reader
 * of the latter fails ("type must be a Type") where npm installs protobufjs more than once.
 */
export interface RecordedHistory {
  readonly events: readonly RecordedEvent[];
}

export type RecordedEvent = Readonly<Record<string, unknown>> & { readonly eventType: string };

export function toRecorded(history: History): RecordedHistory {
  const options = { longs: String, enums: String, bytes: String };
  return History.toObject(History.fromObject(history), options) as RecordedHistory;
}

export function fromRecorded(recorded: RecordedHistory): History {
  return History.fromObject(recorded);
}

/** Fields that say who or where, and nothing that a replay needs. */
const identities = new Set(['identity', 'workerIdentity', 'stackTrace', 'binaryChecksum']);

/** The same history without the names of machines, processes and folders, also inside payloads. */
export function scrub(history: RecordedHistory, names: Readonly<Record<string, string>>): RecordedHistory {
  const replace = (text: string) =>
    Object.entries(names).reduce((result, [name, instead]) => result.replaceAll(name, instead), text);
  const walk = (value: unknown, key: string): unknown => {
    if (typeof value === 'string') {
      if (identities.has(key)) return '';
      return key === 'data' ? encode(replace(decode(value))) : replace(value);
    }
    if (Array.isArray(value)) return value.map((each) => walk(each, key));
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, walk(each, name)]));
  };
  return walk(history, '') as RecordedHistory;
}

function decode(data: string): string {
  return Buffer.from(data, 'base64').toString('utf8');
}

function encode(text: string): string {
  return Buffer.from(text, 'utf8').toString('base64');
}

/** What the workflow's code did and saw, in order; the same thing many times in a row counts once. */
export function shapeOf({ events }: RecordedHistory): string {
  const steps = events.flatMap((event) => {
    const kind = event.eventType.replace('EVENT_TYPE_', '');
    if (kind.startsWith('WORKFLOW_TASK') || kind.endsWith('_STARTED')) return [];
    return [`${kind} ${nameOf(event)}`.trim()];
  });
  return steps.filter((step, index) => step !== steps[index - 1]).join('\n');
}

function nameOf(event: RecordedEvent): string {
  const attributes = Object.entries(event).find(([key]) => key.endsWith('EventAttributes'))?.[1];
  const { activityType, workflowType, signalName, failure } = (attributes ?? {}) as Readonly<Record<string, unknown>>;
  const named = [activityType, workflowType].map((type) => (type as { name?: string } | undefined)?.name);
  const failed = (failure as { applicationFailureInfo?: { type?: string } } | undefined)?.applicationFailureInfo?.type;
  return [...named, signalName, failed].filter((part) => typeof part === 'string').join(' ');
}
