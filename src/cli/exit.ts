/** What scripts can rely on; the README lists them. */
export const exitCodes = { done: 0, failed: 1, refused: 2, waiting: 3 } as const;
export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/** Ends a command with one line on stderr and this code. */
export class CommandFailure extends Error {
  override readonly name = 'CommandFailure';

  constructor(
    message: string,
    readonly code: ExitCode,
  ) {
    super(message);
  }
}
