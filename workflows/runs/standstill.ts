import type { RunProgress } from './progress.js';
import { tellEntity } from './progress.js';

/** Why one of the things that a run does at the same time stands still; empty while it does not. */
export interface Standstill {
  why: string;
}

export function beginStandstill({ standstills }: RunProgress): Standstill {
  const standstill = { why: '' };
  standstills.push(standstill);
  return standstill;
}

/** Tells the entity, and whoever looks at it, all of them: people may be waited for while a store is away. */
export async function tellStandstills({ deleting, standstills }: RunProgress): Promise<void> {
  const message = standstills.flatMap(({ why }) => (why === '' ? [] : [why])).join('; ');
  if (message === '') return tellEntity({ phase: deleting ? 'Deleting' : 'Running', message: 'goes on' });
  await tellEntity({ phase: deleting ? 'Deleting' : 'Waiting', message });
}
