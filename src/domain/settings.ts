/** What an operator sets for the whole platform (reference, section 7.6). */
export interface Settings {
  /** After this long a configuration runs again by itself, unless its Promise says otherwise. */
  readonly reconciliationIntervalMillis: number;
  /** Whether one that failed does so too. */
  readonly reconcileAfterFailure: boolean;
  /** Whether a new request follows the latest revision of its Promise or stays with the one it began with. */
  readonly resourceBindingVersionStrategy: 'floating' | 'pinned';
}

/** Kratix's defaults. */
export const defaultSettings: Settings = {
  reconciliationIntervalMillis: 10 * 60 * 60 * 1000,
  reconcileAfterFailure: true,
  resourceBindingVersionStrategy: 'floating',
};
