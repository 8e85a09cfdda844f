import type { RunProgress } from './progress.js';
import { tellEntity } from './progress.js';

/** Why one of the things that a run does at the same time stands still. */
export interface Standstill {
  note(why: string): void;
  end(): void;
}

export function beginStandstill(progress: RunProgress): Standstill {
  const key = progress.standstills.length;
  progress.standstills = [...progress.standstills, ''];
  const put = (why: string) => {
    progress.standstills = progress.standstills.map((known, index) => (index === key ? why : known));
  };
  return { note: put, end: () => put('') };
}

/** Tells the entity, and whoever looks at it, all of them: people may be waited for while a store is away. */
export async function tellStandstills({ deleting, standstills }: RunProgress): Promise<void> {
  const message = standstills.filter((why) => why !== '').join('; ');
  if (message === '') return tellEntity({ phase: deleting ? 'Deleting' : 'Running', message: 'goes on' });
  await tellEntity({ phase: deleting ? 'Deleting' : 'Waiting', message });
}
