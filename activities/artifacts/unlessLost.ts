import { Failure } from '../../src/domain/failure.js';

/** For `catch`: undefined instead of what was lost with the artifact store. Only for what pipelines or people bring back. */
export function unlessLost(thrown: unknown): undefined {
  if (!(thrown instanceof Failure) || thrown.type !== 'ArtifactMissing') throw thrown;
  return undefined;
}
