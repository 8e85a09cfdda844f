import { expect, test } from '@jest/globals';
import {
  createFailure,
  engineMessage,
  isRuntimeComplaint,
  startFailure,
} from '../../../activities/containers/startFailure.js';

const podman = { name: 'podman', runArgs: [] } as const;
const docker = { name: 'docker', runArgs: [] } as const;
const HELP = "\n\nRun 'docker run --help' for more information\n";

test.each([
  [podman, 'Error: quay.io/x/y:1: image not known', 'ImageNotFound'],
  [
    podman,
    'Error: initializing source docker://x/y:1: reading manifest 1 in docker.io/x/y: manifest unknown',
    'ImageNotFound',
  ],
  [
    podman,
    'Error: initializing source docker://x/y:1: reading manifest 1 in docker.io/x/y: requested access to the resource is denied',
    'ImageNotFound',
  ],
  [
    podman,
    'Error: short-name "x/y:1" did not resolve to an alias and no unqualified-search registries are defined',
    'ImageNotFound',
  ],
  [
    podman,
    'Error: initializing source docker://x/y:1: pinging container registry r.example: Get "https://r.example/v2/": dial tcp: lookup r.example: no such host',
    'ImagePullFailed',
  ],
  [
    podman,
    'Error: copying system image from manifest list: writing blob: unexpected EOF from registry',
    'ImagePullFailed',
  ],
  [podman, 'Error: statfs /gone: no such file or directory', 'EngineUnavailable'],
  [docker, `docker: Error response from daemon: No such image: x/y:1.${HELP}`, 'ImageNotFound'],
  [
    docker,
    `docker: Error response from daemon: pull access denied for x/y, repository does not exist or may require 'docker login'.${HELP}`,
    'ImageNotFound',
  ],
  [
    docker,
    `docker: Error response from daemon: manifest for x/y:1 not found: manifest unknown: manifest unknown.${HELP}`,
    'ImageNotFound',
  ],
  [
    docker,
    `docker: Error response from daemon: toomanyrequests: You have reached your pull rate limit.${HELP}`,
    'ImagePullFailed',
  ],
  [
    docker,
    `docker: Error response from daemon: Get "https://r.example/v2/": net/http: TLS handshake timeout.${HELP}`,
    'ImagePullFailed',
  ],
  [
    docker,
    'docker: Cannot connect to the Docker daemon at unix:///x.sock. Is the docker daemon running?',
    'EngineUnavailable',
  ],
] as const)('%#: %s', (engine, output, type) => {
  const failure = createFailure(engine, 'x/y:1', `Trying to pull x/y:1...\n${output}`);
  expect(failure).toMatchObject({ type, retryable: type !== 'ImageNotFound' });
});

test('the message is the engine’s complaint without its prefix and its hint', () => {
  expect(engineMessage(`Unable to find image\ndocker: Error response from daemon: no such thing${HELP}`)).toBe(
    'no such thing',
  );
  expect(engineMessage("unknown flag: --x\n\nUsage:  docker run\n\nRun 'docker run --help'\n")).toBe(
    'unknown flag: --x',
  );
});

test('a process that never began is told from one that ended with the engine’s code', () => {
  const runc =
    'Error: runc: runc create failed: unable to start container process: exec: "/x": stat /x: no such file or directory: OCI runtime attempted to invoke a command that was not found';
  expect(isRuntimeComplaint(`Trying to pull x/y:1...\n${runc}\n`)).toBe(true);
  expect(isRuntimeComplaint('docker: Error response from daemon: OCI runtime create failed: runc create failed')).toBe(
    true,
  );
  expect(isRuntimeComplaint('sh: runc: not found\nError: no such file\n')).toBe(false);
});

test('only what concerns the command is the stage’s fault', () => {
  const spec = { image: 'x/y:1', command: ['/run.sh'] };
  const exec = 'Error: crun: open executable: Permission denied: OCI permission denied';
  expect(startFailure(podman, spec, 126, exec)).toMatchObject({ type: 'StageRefused', retryable: false });
  const limits =
    'Error: runc: runc create failed: error setting rlimits for ready process: operation not permitted: OCI permission denied';
  expect(startFailure(podman, spec, 126, limits)).toMatchObject({ type: 'EngineUnavailable', retryable: true });
  const missing = 'docker: Error response from daemon: runc create failed: exec: "/run.sh": no such file or directory';
  expect(startFailure(docker, spec, 127, missing).message).toContain(
    'the command /run.sh cannot be run in the image x/y:1',
  );
  expect(startFailure(docker, { image: 'x/y:1' }, 127, missing).message).toContain("the image's own command");
});
