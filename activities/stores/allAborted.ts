/** Aborted when the last of the signals is: as long as one waits, the work has a purpose. */
export function allAborted(signals: readonly AbortSignal[]): { readonly signal: AbortSignal; close(): void } {
  const controller = new AbortController();
  const check = (): void => {
    if (signals.every((signal) => signal.aborted)) controller.abort(signals[0]?.reason);
  };
  for (const signal of signals) signal.addEventListener('abort', check);
  return {
    signal: controller.signal,
    close: () => signals.forEach((signal) => signal.removeEventListener('abort', check)),
  };
}
