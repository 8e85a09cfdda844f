import type { DestinationChange } from '../src/domain/affects.js';
import type { Phase } from '../src/domain/phase.js';
import type { PromisePlan } from '../src/domain/plan.js';

/** Names and payloads of everything that travels between workflows; plain, so that clients can use them too. */

export const signals = {
  /** operation → promise, resource: this is what is wanted now. */
  apply: 'apply',
  /** operation → promise, resource: it shall go. */
  remove: 'remove',
  /** promise → resource */
  promiseChanged: 'promiseChanged',
  /** destinations → promise → resource */
  destinationsChanged: 'destinationsChanged',
  /** resource → promise: I am one of yours. */
  adopt: 'adopt',
  /** resource → promise: I am gone, or cannot go. */
  released: 'released',
  /** repair → promise, resource: compare the stores with what was written; and the answer. */
  verify: 'verify',
  verified: 'verified',
  /** promise → promises, destinations: it is gone. */
  release: 'release',
  unsubscribe: 'unsubscribe',
  /** promise → promises, destinations: it is made anew. */
  reclaim: 'reclaim',
  subscribe: 'subscribe',
  /** entity → its run: a newer wish is there; stop at the next pipeline. */
  supersede: 'supersede',
  /** run → its entity: it waits for people. */
  runProgress: 'runProgress',
  /** entity → operation */
  progress: 'progress',
  answer: 'answer',
} as const;

export const queries = {
  status: 'status',
  /** promise: the plan that requests are checked against. */
  plan: 'plan',
  /** destinations: everything that is registered. */
  registry: 'registry',
  /** promises: which Promise serves an API. */
  find: 'find',
  /** promises: all of them. */
  list: 'list',
} as const;

/** Who asked, so that the entity can answer; `request` tells a repeat of the same operation from a new one. */
export interface Ticket {
  readonly operation: string;
  readonly request: string;
}

/** Task queue of the controller in whose cluster the object lives. */
export interface Shown {
  readonly projection?: string;
  /** Of the object in the cluster, as stages and what belongs to it have to name it. */
  readonly uid?: string;
  readonly createdAt?: string;
}

export interface ApplyResource extends Shown {
  readonly ticket?: Ticket;
  readonly document: string;
  readonly apiVersion: string;
  readonly kind: string;
  readonly plan: PromisePlan;
  /** Whether the Promise serves requests already. */
  readonly available: boolean;
}

export interface ApplyPromise extends Shown {
  readonly ticket?: Ticket;
  /** Its generation is given by the entity. */
  readonly plan: Omit<PromisePlan, 'generation'>;
}

export interface Remove {
  readonly ticket?: Ticket;
}

export interface PromiseChanged {
  readonly plan: PromisePlan;
  readonly available: boolean;
}

export interface DestinationsChanged {
  /** Absent when so much changed that each receiver should look for itself. */
  readonly changes?: readonly DestinationChange[];
}

export interface Verify {
  /** `GitStateStore/main`; every store when absent. */
  readonly store?: string;
  readonly replyTo: string;
}

export interface Verified {
  readonly entity: string;
  /** Paths that differed and were written again. */
  readonly repaired: readonly string[];
  readonly failure?: string;
}

export interface Adopt {
  readonly namespace: string;
  readonly name: string;
  readonly planGeneration: number;
}

export interface Released {
  readonly namespace: string;
  readonly name: string;
  /** Set when the resource could not be deleted: why. */
  readonly blocked?: string;
}

export interface Progress {
  readonly phase: Phase;
  readonly message: string;
}

/** How an operation ends. A failure carries the type that the operation then fails with. */
export type Answer =
  | {
      readonly ok: true;
      readonly phase: Phase;
      readonly message: string;
      readonly changed: boolean;
      readonly destinations: readonly string[];
    }
  | { readonly ok: false; readonly type: string; readonly message: string };
