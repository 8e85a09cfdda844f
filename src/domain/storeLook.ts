/** What a look at a state store gives, when it could be written. */
export interface StoreLook {
  /** Names everything the store holds now; equal fingerprints mean that nothing changed. */
  readonly fingerprint: string;
  /** When to look again, as the worker is set. */
  readonly recheckMillis: number;
}
