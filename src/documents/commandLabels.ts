import type { Commands } from '../domain/commands.js';
import type { Metadata } from './metadata.js';

export const pausedLabel = 'kratix.io/paused';
export const manualLabel = 'kratix.io/manual-reconciliation';
export const reconcileResourcesLabel = 'kratix.io/reconcile-resources';
export const suspendedLabel = 'kratix.io/workflow-suspended';

/** Labels that are commands or marks: they come and go and are no part of what is wanted (reference, section 0.3). */
const commandLabels: readonly string[] = [
  pausedLabel,
  manualLabel,
  reconcileResourcesLabel,
  suspendedLabel,
  'internal.workflows.kratix.io/run-from-start',
];

/** What the labels tell the platform to do. */
export function readCommands(labels: Readonly<Record<string, string>> = {}): Commands {
  const paused = labels[pausedLabel];
  return {
    paused: paused === undefined ? undefined : paused === 'true',
    reconcile: labels[manualLabel] === 'true' ? true : undefined,
    reconcileResources: labels[reconcileResourcesLabel] === 'true' ? true : undefined,
  };
}

/** Metadata as the author of a document would have written it without giving commands. */
export function withoutCommands<T extends Pick<Metadata, 'labels'>>(metadata: T): T {
  const { labels, ...rest } = metadata;
  const kept = Object.entries(labels ?? {}).filter(([key]) => !commandLabels.includes(key));
  return (kept.length === 0 ? rest : { ...rest, labels: Object.fromEntries(kept) }) as T;
}
