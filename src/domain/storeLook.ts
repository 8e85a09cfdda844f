/** What a look at a state store gives, when it could be written. */
export interface StoreLook {
  /** Names everything the store holds now; equal fingerprints mean that nothing changed. */
  readonly fingerprint: string;
  /** It is exactly what this worker wrote last, and nobody else wrote before: nothing is to be compared. */
  readonly own: boolean;
  /** This worker has written since the last look: the same fingerprint as before would mean that it was undone. */
  readonly written: boolean;
  /** When to look again, as the worker is set. */
  readonly recheckMillis: number;
}
