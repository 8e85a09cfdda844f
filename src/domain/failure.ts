/**
 * What an adapter throws. `type` is a stable word for programs, `message` one complete line for people.
 * `retryable` is false when only a person can mend it: a wrong document, an exit code, a refused credential.
 */
export class Failure extends Error {
  override readonly name = 'Failure';
  /** Plain data for whoever handles the failure, such as the digest of a failed stage's log. */
  readonly details: unknown;

  constructor(
    readonly type: string,
    message: string,
    readonly retryable: boolean,
    options?: { readonly cause?: unknown; readonly details?: unknown },
  ) {
    super(message, options);
    this.details = options?.details;
  }
}

/** The message of whatever was thrown, in one line. */
export function reason(thrown: unknown): string {
  const text = thrown instanceof Error ? thrown.message : String(thrown);
  return text.replace(/\s*\n\s*/g, ' ').trim();
}
