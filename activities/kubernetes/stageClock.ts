/** A stage's time. It counts while the pod's containers run, and begins anew when the pod has to wait again. */
export interface StageClock {
  /** Aborts when the time is over. */
  readonly over: AbortSignal;
  run(): void;
  reset(): void;
}

export function stageClock(seconds: number): StageClock {
  const end = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  return {
    over: end.signal,
    run() {
      timer ??= setTimeout(() => end.abort(), seconds * 1000);
    },
    reset() {
      clearTimeout(timer);
      timer = undefined;
    },
  };
}
