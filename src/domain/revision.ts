import type { PromisePlan } from './plan.js';

/** A binding that follows the newest revision (reference, section 1.4). */
export const latestVersion = 'latest';

/** The version of a Promise without a version label (reference, section 3.4). */
export const unversioned = 'not-set';

/** A Promise shows the version that its author gave it; its revision has a name for none (reference, sections 1.1 and 3.4). */
export function shownVersion(version: string | undefined): string | undefined {
  return version === unversioned ? undefined : version;
}

/** One version of a Promise, as requests can be bound to it; installing the same version anew replaces it. */
export interface Revision {
  readonly version: string;
  readonly plan: PromisePlan;
}

/** What is shown of a revision. */
export interface RevisionSummary {
  readonly version: string;
  /** Digest of the Promise document. */
  readonly document: string;
  readonly latest: boolean;
}

/** The revisions after this one was accepted: oldest first, one of each version. */
export function addRevision(revisions: readonly Revision[], plan: PromisePlan): Revision[] {
  return [...revisions.filter(({ version }) => version !== plan.version), { version: plan.version, plan }];
}

/** Which revision a request runs with, and how its last change of revision went (reference, section 3.4). */
export interface Binding {
  /** A version, or `latest`. */
  readonly version: string;
  readonly lastApplied?: string;
  readonly failed?: string;
  /** Absent as long as there was only one revision for it. */
  readonly upgrade?: Upgrade;
}

export type Upgrade =
  | { readonly state: 'InProgress'; readonly to: string }
  | { readonly state: 'Complete'; readonly to: string }
  | { readonly state: 'Failed'; readonly to: string; readonly message: string };

/** A run with this version begins: an upgrade when another one was applied, or the last attempt failed. */
export function beginUpgrade(binding: Binding, to: string): Binding {
  const { lastApplied, failed } = binding;
  const isUpgrade = (lastApplied !== undefined && lastApplied !== to) || failed !== undefined;
  const { failed: _failed, ...rest } = binding;
  return isUpgrade ? { ...rest, upgrade: { state: 'InProgress', to } } : rest;
}

/** A run with this version ended well. */
export function completeUpgrade(binding: Binding, to: string): Binding {
  const { failed: _failed, ...rest } = binding;
  const wasUpgrade = binding.upgrade !== undefined && binding.upgrade.state !== 'Complete';
  return { ...rest, lastApplied: to, ...(wasUpgrade ? { upgrade: { state: 'Complete', to } as const } : {}) };
}

/** A run with this version failed: what was applied last stays. */
export function failUpgrade(binding: Binding, to: string, message: string): Binding {
  return { ...binding, failed: to, upgrade: { state: 'Failed', to, message } };
}
