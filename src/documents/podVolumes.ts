/** In the Pod of every pipeline, and in each of its stages (reference, section 2.4); stages may mount them again. */
export const sharedVolumes: readonly string[] = ['shared-input', 'shared-output', 'shared-metadata'];

/** The volume with the run's Secret; the helpers alone mount it. */
export const runVolume = 'fulfil-run';

/** Kratix's, for its work-writer; here neither is in the Pod, and scheduling happens in the worker. */
export const schedulingVolume = 'promise-scheduling';
