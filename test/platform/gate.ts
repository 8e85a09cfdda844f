import { readdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { eventually } from './eventually.js';

/** A stage that waits for the test, through the volume that both of them see. */
export interface Gate {
  /** Script that says that it is there and waits until it is let through. */
  readonly script: string;
  /** Resolves when a stage waits at the gate. */
  reached(): Promise<void>;
  open(): Promise<void>;
  /** Lets everybody through who comes to the gate until the work has ended: a stage may begin anew. */
  openDuring<T>(work: Promise<T>): Promise<T>;
}

/** Between two looks for a stage: a folder's watch would have to be one of folders that come and go. */
const pollMillis = 100;
/** Longer than any test; a stage that nobody lets through must not run for ever. */
const patienceSeconds = 250;

export function gate(home: string, name: string): Gate {
  const [waiting, go] = [`waiting-${name}`, `go-${name}`];

  async function find(): Promise<string | undefined> {
    const scratch = join(home, 'scratch');
    for (const process of await readdir(scratch).catch(() => [])) {
      for (const each of await readdir(join(scratch, process)).catch(() => [])) {
        const volume = join(scratch, process, each, 'volumes', 'metadata');
        const found = await stat(join(volume, waiting)).catch(() => undefined);
        if (found !== undefined) return volume;
      }
    }
    return undefined;
  }

  async function letThrough(until: AbortSignal): Promise<void> {
    while (!until.aborted) {
      const volume = await find();
      // A stage that is stopped takes its volume along.
      if (volume !== undefined) await writeFile(join(volume, go), '').catch(() => undefined);
      await pause(pollMillis);
    }
  }

  return {
    // A shell that is a container's first process ignores SIGTERM unless it is told otherwise.
    script: `trap 'exit 143' TERM
touch /kratix/metadata/${waiting}
i=0
until [ -e /kratix/metadata/${go} ]; do
  i=$((i + 1)); [ $i -lt ${patienceSeconds * 10} ] || exit 99
  sleep 0.1
done
rm /kratix/metadata/${waiting} /kratix/metadata/${go}
`,
    async reached() {
      await eventually(`a stage at gate ${name}`, find);
    },
    async open() {
      await writeFile(join(await eventually(`a stage at gate ${name}`, find), go), '');
    },
    async openDuring(work) {
      const over = new AbortController();
      const opening = letThrough(over.signal);
      try {
        return await work;
      } finally {
        over.abort();
        await opening;
      }
    },
  };
}
