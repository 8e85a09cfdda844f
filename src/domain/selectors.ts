import type { LabelSelector } from './labels.js';

/** Who asked for these labels; the order is the precedence on equal keys, first wins (reference, section 5.2). */
export const selectorSources = ['promise', 'promise-workflow', 'resource-workflow'] as const;
export type SelectorSource = (typeof selectorSources)[number];

export interface SourcedSelector extends LabelSelector {
  readonly source: SelectorSource;
}

/**
 * One selector of many: the union of all labels; on equal keys the earlier source wins and, inside a source,
 * the earlier entry (reference, section 5.2). Expressions are all required.
 */
export function resolveSelectors(selectors: readonly SourcedSelector[]): LabelSelector {
  const ordered = selectorSources.flatMap((source) => selectors.filter((selector) => selector.source === source));
  const matchLabels: Record<string, string> = {};
  for (const selector of ordered) {
    for (const [key, value] of Object.entries(selector.matchLabels ?? {})) matchLabels[key] ??= value;
  }
  const matchExpressions = ordered.flatMap((selector) => selector.matchExpressions ?? []);
  return matchExpressions.length > 0 ? { matchLabels, matchExpressions } : { matchLabels };
}
