import { Failure } from '../../src/domain/failure.js';
import type { ContainerSpec } from './container.js';
import type { EngineChoice } from './engineCommand.js';
import { lastLine } from './outputLog.js';

const NOT_THERE =
  /image not known|no such image|manifest unknown|manifest .*not found|name unknown|repository .*(not found|does not exist)|not found: does not exist|access .*denied|unauthorized|authentication required|denied: |did not resolve to an alias|invalid reference format|no matching manifest|no image found in .*(manifest|index)/i;
const PULL_TROUBLE =
  /initializing source|pinging container registry|registry|no such host|i\/o timeout|TLS handshake|toomanyrequests|Get "https?:|net\/http|pulling image|copying (image|blob)|failed to (pull|copy|register)/i;
const NO_ENGINE = /cannot connect to|is the docker daemon running|error during connect|unable to connect to Podman/i;

/** The engine's own complaint in what `run` or `pull` printed, without its prefix and its hint at --help. */
export function engineMessage(output: string): string {
  const complaint = output
    .split('\n')
    .findLast((line) => /^(Error: |docker: |Error response from daemon: |Error: response from daemon)/.test(line));
  const withoutHelp = output.split('\n').filter((line) => !/^Usage: |--help/.test(line));
  return lastLine(complaint ?? withoutHelp.join('\n')).replace(
    /^(docker: |Error: )*(Error response from daemon: )?/,
    '',
  );
}

/** Whether the engine says that its runtime could not begin the process: a line that no stage prints. */
export function isRuntimeComplaint(output: string): boolean {
  return /^(Error: |docker: Error response from daemon: ).*\b(runc|crun|OCI)\b/m.test(output);
}

export function isNameConflict(output: string): boolean {
  return /name .*is already in use/i.test(output);
}

/** No container was created. */
export function createFailure(engine: EngineChoice, image: string, output: string): Failure {
  const message = engineMessage(output);
  if (NO_ENGINE.test(output)) {
    return new Failure('EngineUnavailable', `${engine.name} does not answer: ${message}`, true);
  }
  if (NOT_THERE.test(message) || (image.startsWith('localhost/') && PULL_TROUBLE.test(message))) {
    const line = `image ${image} is neither on this machine nor could it be pulled: ${message}`;
    return new Failure('ImageNotFound', line, false);
  }
  if (PULL_TROUBLE.test(message)) {
    return new Failure('ImagePullFailed', `image ${image} could not be pulled: ${message}`, true);
  }
  return new Failure('EngineUnavailable', `${engine.name} could not create the container: ${message}`, true);
}

/** The container was created and its process never began. */
export function startFailure(
  engine: EngineChoice,
  spec: Pick<ContainerSpec, 'image' | 'command' | 'args'>,
  exitCode: number,
  output: string,
): Failure {
  const message = engineMessage(output);
  if (exitCode === 127 || /\bexec(utable)?\b/i.test(message)) {
    const command = spec.command?.[0] ?? spec.args?.[0];
    const named = command === undefined ? "the image's own command" : `the command ${command}`;
    return new Failure('StageRefused', `${named} cannot be run in the image ${spec.image}: ${message}`, false);
  }
  return new Failure('EngineUnavailable', `${engine.name} could not start the container: ${message}`, true);
}
