import { classified } from '../../activities/classified.js';
import type { EntityStatus } from '../domain/entity.js';
import { Failure } from '../domain/failure.js';
import type { ProjectionActivities } from '../domain/projection.js';

export interface Projector {
  showStatus(status: EntityStatus): Promise<void>;
  showReadiness(): Promise<void>;
}

/** What entities call. One that is refused for good must not end the entity: its next state may be welcome again. */
export function projectionActivities(projector: Projector, refused: (message: string) => void): ProjectionActivities {
  async function gently(work: () => Promise<void>): Promise<void> {
    return classified(async () => {
      try {
        await work();
      } catch (thrown) {
        if (!(thrown instanceof Failure) || thrown.retryable) throw thrown;
        refused(thrown.message);
      }
    });
  }

  return {
    projectStatus: ({ status }) => gently(() => projector.showStatus(status)),
    projectReadiness: () => gently(() => projector.showReadiness()),
  };
}
