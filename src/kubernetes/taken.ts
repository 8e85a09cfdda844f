import type { Projected } from '../../activities/kubernetes/projection/projectOwner.js';

/** What became of an object's document: handed over, refused with a line for its author, waiting, or none of it yet. */
export type Taken = Pick<Projected, 'document' | 'refusal' | 'waits'>;
