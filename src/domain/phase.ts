/** Where an object stands, in one word. `Waiting` is a state, not a failure: it goes on by itself. */
export type Phase =
  'Pending' | 'Running' | 'Waiting' | 'Suspended' | 'Paused' | 'Ready' | 'Failed' | 'Deleting' | 'Gone';

/** Not the end, but nothing moves until something outside happens, which may take days. */
export function standsStill(phase: Phase): boolean {
  return phase === 'Waiting' || phase === 'Suspended' || phase === 'Paused' || phase === 'Deleting';
}
