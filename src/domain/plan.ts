import type { Requirement } from './requirements.js';
import type { SourcedSelector } from './selectors.js';

export const workflowTypes = ['promise', 'resource'] as const;
export type WorkflowType = (typeof workflowTypes)[number];
export const workflowActions = ['configure', 'delete'] as const;
export type WorkflowAction = (typeof workflowActions)[number];

export interface StagePlan {
  readonly name: string;
  readonly image: string;
}

export interface PipelinePlan {
  readonly name: string;
  /** Limit for each stage, in seconds. */
  readonly timeoutSeconds: number;
  readonly stages: readonly StagePlan[];
}

/** What a request's apiVersion and kind are matched with. */
export interface Api {
  readonly group: string;
  /** Served versions, newest first as the document lists them. */
  readonly versions: readonly string[];
  readonly kind: string;
  readonly plural: string;
  /** Digest of the whole definition: what was checked with it need not be checked again. */
  readonly definition?: string;
}

/**
 * One immutable revision of a Promise, as small as orchestration needs it. The document itself, with commands,
 * environment and volumes, stays in the artifact store under `digest`.
 */
export interface PromisePlan {
  readonly promise: string;
  readonly digest: string;
  /** Digest of what its pipelines run for: spec and version. */
  readonly spec: string;
  readonly generation: number;
  /** The label kratix.io/promise-version, or `not-set` (reference, section 3.4). */
  readonly version: string;
  readonly api?: Api;
  readonly selectors: readonly SourcedSelector[];
  readonly onUnschedule?: 'keep' | 'delete';
  /** Where all its pipelines run, in place of the requests' namespaces and the platform's (reference, section 2.3). */
  readonly pipelineNamespace?: string;
  /** After this long a configuration runs again by itself, in milliseconds. */
  readonly intervalMillis: number;
  /** Whether one that failed does so too. */
  readonly reconcileAfterFailure: boolean;
  /** Promises that have to be available first. */
  readonly requires: readonly Requirement[];
  /** Snapshot of the one file that carries spec.dependencies (reference, section 3.5). */
  readonly dependencies?: { readonly snapshot: string; readonly bytes: number };
  readonly pipelines: Readonly<Record<WorkflowType, Readonly<Record<WorkflowAction, readonly PipelinePlan[]>>>>;
}

/** `jenkins.example.com/v1` served by the API? */
export function servesVersion(api: Api, apiVersion: string): boolean {
  return api.versions.some((version) => `${api.group}/${version}` === apiVersion);
}

/** The key under which the catalogue of Promises knows an API: `jenkins.marketplace.kratix.io`. */
export function apiKey(group: string, kind: string): string {
  return `${kind}.${group}`.toLowerCase();
}

export function groupOf(apiVersion: string): string {
  return apiVersion.includes('/') ? apiVersion.slice(0, apiVersion.indexOf('/')) : '';
}

/** The version of an apiVersion: `v1` of `example.com/v1`. */
export function versionOf(apiVersion: string): string {
  return apiVersion.slice(apiVersion.indexOf('/') + 1);
}

/** What of a plan is the platform's configuration and not the document's. */
export type PlanSettings = Pick<PromisePlan, 'intervalMillis' | 'reconcileAfterFailure'>;

export function isSameSettings(a: PlanSettings, b: PlanSettings): boolean {
  return a.intervalMillis === b.intervalMillis && a.reconcileAfterFailure === b.reconcileAfterFailure;
}
