/** Where an object stands, in one word. `Waiting` is a state, not a failure: it goes on by itself. */
export type Phase = 'Pending' | 'Running' | 'Waiting' | 'Ready' | 'Failed' | 'Deleting' | 'Gone';
