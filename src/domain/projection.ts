import type { EntityStatus } from './entity.js';

/** What a controller does for entities whose objects live in its cluster. */
export interface ProjectionActivities {
  /** Writes an entity's state into its object: status, Works, WorkPlacements, events; drops the finalizer when it is gone. */
  projectStatus(input: { readonly status: EntityStatus }): Promise<void>;
  /** Something about the readiness of Destinations or state stores changed: the controller asks for the registry. */
  projectReadiness(): Promise<void>;
}
