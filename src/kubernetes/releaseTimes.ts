import type { ClusterObject } from '../../activities/kubernetes/projection/clusterObject.js';

export interface ReleaseTimes {
  /** After how many milliseconds it is to be fetched; 0 for now. */
  dueIn(release: ClusterObject, installed: number): number;
  succeeded(release: ClusterObject): void;
  /** True when this is another failure than the last one. */
  failed(release: ClusterObject, message: string): boolean;
  forget(name: string): void;
}

interface Attempt {
  readonly generation?: number;
  readonly nextAt: number;
  readonly failures: number;
  readonly message: string;
}

/** A server that was restarted is back in seconds; one that is broken is asked six times an hour. */
const firstPauseMillis = 5_000;
const longestPauseMillis = 10 * 60_000;

/** When each release is fetched again: after a change or a failure, and now and then (10.1, B40). */
export function releaseTimes(intervalMillis: () => number): ReleaseTimes {
  const attempts = new Map<string, Attempt>();

  function keep({ metadata: { name, generation } }: ClusterObject, pause: number, failures: number, message: string) {
    attempts.set(name, { generation, nextAt: performance.now() + pause, failures, message });
  }

  return {
    dueIn({ metadata: { name, generation } }, installed) {
      const last = attempts.get(name);
      if (last === undefined || last.generation !== generation) return 0;
      if (last.failures === 0 && installed === 0) return 0;
      return Math.max(0, last.nextAt - performance.now());
    },
    succeeded: (release) => keep(release, intervalMillis(), 0, ''),
    failed(release, message) {
      const last = attempts.get(release.metadata.name);
      const failures = (last?.failures ?? 0) + 1;
      const pause = Math.min(firstPauseMillis * 2 ** (failures - 1), longestPauseMillis);
      keep(release, pause, failures, message);
      return last?.message !== message;
    },
    forget: (name) => void attempts.delete(name),
  };
}
