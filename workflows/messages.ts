import type { Commands } from '../src/domain/commands.js';
import type { DestinationChange } from '../src/domain/affects.js';
import type { Phase } from '../src/domain/phase.js';
import type { PromisePlan } from '../src/domain/plan.js';
import type { StageRecord } from '../src/domain/run.js';
import type { Dependent, Offering, Requirement, RequirementStatus } from '../src/domain/requirements.js';
import type { Work } from '../src/domain/work.js';

/** Names and payloads of everything that travels between workflows; plain, so that clients can use them too. */

export const signals = {
  /** operation → promise, resource: this is what is wanted now. */
  apply: 'apply',
  /** controller → promise, resource: labels or annotations changed, and nothing else that is wanted. */
  relabelled: 'relabelled',
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
  /** entity → its run: a newer wish is there; stop at the next pipeline, or at once. */
  supersede: 'supersede',
  /** anybody → promise, resource: pause it, let it go on, run it from the start now; the words of the command line. */
  pause: 'pause',
  unpause: 'unpause',
  reconcile: 'reconcile',
  /** anybody → promise: run every request from the start. */
  reconcileResources: 'reconcileResources',
  /** anybody → promise, resource: the suspended pipeline shall go on. */
  resume: 'resume',
  /** anybody → resource: run with this revision of the Promise. */
  bind: 'bind',
  /** anybody → promise: a revision from before, of which it may not know; and one that is no longer wanted. */
  recall: 'recall',
  forget: 'forget',
  /** promise → promises: what it offers and needs; promises → promise: where its needs stand. */
  offering: 'offering',
  requirements: 'requirements',
  /** run → its entity: it waits for people or for a store, or goes on. */
  runProgress: 'runProgress',
  /** run → its entity: the stages so far, for an object that is shown in a cluster. */
  runStages: 'runStages',
  /** entity → operation */
  progress: 'progress',
  answer: 'answer',
} as const;

/** What people may signal an object, as `temporal workflow signal --name` or `fulfil` do. */
export type ControlSignal = 'pause' | 'unpause' | 'reconcile' | 'reconcileResources' | 'resume';

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
  /** What the cluster tells an entity that begins anew: of documents in stores, */
  readonly works?: readonly Work[];
  /** and the digest of what pipelines wrote in the status. */
  readonly details?: string;
}

export interface ApplyResource extends Shown {
  readonly ticket?: Ticket;
  readonly document: string;
  /** Digest of the document without its metadata. */
  readonly spec: string;
  readonly apiVersion: string;
  readonly kind: string;
  readonly plan: PromisePlan;
  /** Whether the Promise serves requests already. */
  readonly available: boolean;
  /** Revision of the Promise that a request which is new is bound to. */
  readonly version: string;
  readonly commands: Commands;
  /** It is known only to be deleted: nothing is configured any more. */
  readonly deleting?: boolean;
}

export interface ApplyPromise extends Shown {
  readonly ticket?: Ticket;
  /** Its generation is given by the entity. */
  readonly plan: Omit<PromisePlan, 'generation'>;
  readonly commands: Commands;
}

export interface Relabelled {
  /** Digest of the document as it is now, */
  readonly document: string;
  /** and of the one from which it differs in nothing that anything runs for. */
  readonly instead: string;
}

/** What the later pipelines of a run read. */
export type RunDocument = Pick<Relabelled, 'document'>;

/** Where a run is, between two of its pipelines. */
export interface RunStages {
  readonly run: string;
  readonly stages: readonly StageRecord[];
}

export interface Supersede {
  /** What runs is stopped; otherwise it is left to end, and nothing follows it. */
  readonly atOnce: boolean;
  /** It is only held up: what its pipelines have brought by then is still wanted. */
  readonly pauses?: boolean;
}

export interface Remove {
  readonly ticket?: Ticket;
}

export interface PromiseChanged {
  /** What the resource is bound to: a version, or `latest`. */
  readonly boundTo: string;
  /** Of that revision; absent when there is no such revision. */
  readonly plan?: PromisePlan;
  /** There is such a revision, and something keeps it from being installed. */
  readonly awaited?: true;
  readonly available: boolean;
  readonly paused: boolean;
  /** Run from the start although nothing is new. */
  readonly again?: boolean;
}

/** A revision from before, of which a Promise that was made anew does not know, or whose document was lost. */
export interface Recall {
  readonly plan: Omit<PromisePlan, 'generation'>;
}

export interface Forget {
  readonly version: string;
}

export interface Bind {
  readonly ticket?: Ticket;
  /** A version, or `latest`. */
  readonly version: string;
}

/** What a Promise tells the catalogue. */
export interface PromiseOffering extends Offering {
  readonly promise: string;
  readonly requires: readonly Requirement[];
}

/** What the catalogue tells a Promise. */
export interface Requirements {
  readonly requirements: readonly RequirementStatus[];
  readonly requiredBy: readonly Dependent[];
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
  /** Something differs and is left as it is for now: why. */
  readonly heldUp?: string;
}

export interface Adopt {
  readonly namespace: string;
  readonly name: string;
  /** Of the plan that the resource has; 0 when it needs to be told. */
  readonly planGeneration: number;
  /** The revision that it is bound to. */
  readonly version: string;
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
export type Answer = {
  /** The ticket's that is answered; absent in what was sent before there could be several of one operation. */
  readonly request?: string;
} & (
  | {
      readonly ok: true;
      readonly phase: Phase;
      readonly message: string;
      readonly changed: boolean;
      readonly destinations: readonly string[];
    }
  | { readonly ok: false; readonly type: string; readonly message: string }
);
