/** What labels on an object tell the platform to do with it, beside what the object asks for (reference, section 0.3). */
export interface Commands {
  /** Nothing is run for it until this is false again; undefined leaves it as it is. */
  readonly paused?: boolean;
  /** Run from the start, now; what is running is stopped. */
  readonly reconcile?: boolean;
  /** Promises: run every request from the start. */
  readonly reconcileResources?: boolean;
}
