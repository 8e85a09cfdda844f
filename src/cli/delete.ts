import { randomUUID } from 'node:crypto';
import { isStateStoreKind } from '../domain/destination.js';
import { toRecord } from '../documents/toRecord.js';
import { groupOf } from '../domain/plan.js';
import { describeProblem } from '../domain/problem.js';
import { follow, handedOver, worst } from './apply.js';
import type { Platform } from './connection.js';
import { requireWorker, withPlatform } from './connection.js';
import type { ExitCode } from './exit.js';
import { CommandFailure, exitCodes } from './exit.js';
import { readInput } from './inputFiles.js';
import type { ObjectKind } from './objects.js';
import { objectKind } from './objects.js';
import { startOperation } from './operations.js';
import { remark, say } from './print.js';
import { kratixGroup, typeOf } from './wish.js';

export interface DeleteOptions {
  readonly namespace: string;
  readonly filename: readonly string[];
  readonly wait: boolean;
}

interface Target {
  readonly type: 'deletePromise' | 'deleteResource' | 'deregisterDestination' | 'deregisterStateStore';
  readonly object: string;
  readonly input: unknown;
}

/** Requests before Promises before Destinations before stores: nothing is deleted under what needs it. */
const order = ['deleteResource', 'deletePromise', 'deregisterDestination', 'deregisterStateStore'] as const;

/** `fulfil delete KIND NAME` or `fulfil delete -f FILE` */
export async function remove(
  kind: string | undefined,
  name: string | undefined,
  options: DeleteOptions,
): Promise<ExitCode> {
  return withPlatform(async (platform) => {
    const targets =
      options.filename.length > 0
        ? await fileTargets(options.filename)
        : [await namedTarget(platform, kind, name, options)];
    await requireWorker(platform);
    const codes: ExitCode[] = [];
    // One after the other: a Promise's resources are asked for first when both are named.
    for (const target of targets.toSorted((a, b) => order.indexOf(a.type) - order.indexOf(b.type))) {
      const { type, object, input } = target;
      const operation = await startOperation(platform, {
        type,
        object,
        input,
        workflowId: `${type}/${object}/${randomUUID().slice(0, 8)}`,
      });
      const accepted = await handedOver(platform, operation);
      if (accepted === undefined || options.wait)
        codes.push(await follow(platform, operation, accepted?.entity, { untilReady: true }));
      else say(`${object} will be deleted`);
    }
    return worst(codes);
  });
}

async function namedTarget(
  platform: Platform,
  kind: string | undefined,
  name: string | undefined,
  { namespace }: DeleteOptions,
): Promise<Target> {
  if (kind === undefined || name === undefined) {
    throw new CommandFailure('say what to delete: KIND NAME, or -f FILE', exitCodes.refused);
  }
  return targetOf(await objectKind(platform, kind), namespace, name);
}

function targetOf(kind: ObjectKind, namespace: string, name: string): Target {
  switch (kind.type) {
    case 'promise':
      return { type: 'deletePromise', object: `promise/${name}`, input: { name } };
    case 'destination':
      return { type: 'deregisterDestination', object: `destination/${name}`, input: { name } };
    case 'store':
      if (kind.kind === undefined) {
        throw new CommandFailure(
          'say which kind of store: bucketstatestore, gitstatestore or directorystatestore',
          exitCodes.refused,
        );
      }
      return {
        type: 'deregisterStateStore',
        object: `${kind.kind.toLowerCase()}/${name}`,
        input: { kind: kind.kind, name },
      };
    case 'resource': {
      const { api } = kind.claim;
      const apiVersion = `${api?.group}/${api?.versions[0]}`;
      const input = { apiVersion, kind: api?.kind, namespace, name };
      return { type: 'deleteResource', object: `${api?.kind.toLowerCase()}/${namespace}/${name}`, input };
    }
  }
}

async function fileTargets(paths: readonly string[]): Promise<Target[]> {
  const input = await readInput(paths);
  if (!input.ok) {
    for (const problem of input.problems) remark(describeProblem(problem));
    throw new CommandFailure('nothing was deleted', exitCodes.refused);
  }
  return input.value.map(({ value }) => documentTarget(value));
}

function documentTarget(value: Record<string, unknown>): Target {
  const { apiVersion, kind } = typeOf(value);
  const { name, namespace } = toRecord(value['metadata']) ?? {};
  if (typeof name !== 'string') throw new CommandFailure(`${kind}: metadata.name: expected a name`, exitCodes.refused);
  const space = typeof namespace === 'string' ? namespace : 'default';
  if (groupOf(apiVersion) !== kratixGroup) {
    const input = { apiVersion, kind, namespace: space, name };
    return { type: 'deleteResource', object: `${kind.toLowerCase()}/${space}/${name}`, input };
  }
  if (isStateStoreKind(kind)) return targetOf({ type: 'store', kind }, space, name);
  if (kind === 'Destination') return targetOf({ type: 'destination' }, space, name);
  if (kind === 'Promise') return targetOf({ type: 'promise' }, space, name);
  throw new CommandFailure(
    `${kind} ${name}: kind: expected Promise, Destination, a state store or a Promise's kind; nothing was deleted`,
    exitCodes.refused,
  );
}
