import type { ScheduleWorks } from '../../activities/works/works.js';
import type { ScheduledWorks } from '../../src/domain/run.js';
import { quick } from '../options.js';
import { insist } from './insist.js';
import type { RunProgress } from './progress.js';

/** Chooses Destinations, or what has to go from them. */
export async function scheduleWorks(progress: RunProgress, wish: ScheduleWorks): Promise<ScheduledWorks> {
  return insist(progress, 'Destinations cannot be chosen yet', (retry) =>
    quick.scheduleWorks.executeWithOptions({ retry }, [wish]),
  );
}
