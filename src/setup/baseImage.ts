import { chmod, copyFile, mkdir, mkdtemp, open, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { canInstallPackages, installPackages } from './debian.js';
import type { EngineChoice } from './detectEngine.js';
import { onPath, runProgram } from './program.js';
import type { Say } from './say.js';

/** busybox: a shell and the usual small programs. The stages of the demo and of the tests are built on it. */
export const BASE_IMAGE = 'localhost/fulfil-base:1';
const PUBLIC_IMAGE = 'docker.io/library/busybox:1.37';

/** The image is 2 MB: what takes longer is a network that drops packets. */
const PULL_MILLISECONDS = 30_000;
/** A build of a few small layers; the rest is for RUN steps that fetch something. */
const BUILD_MILLISECONDS = 10 * 60_000;
/** For commands that only look something up or copy some files. */
const SHORT_MILLISECONDS = 60_000;

const DOCKERFILE = `FROM scratch
COPY root /
ENV PATH=/bin:/usr/bin
CMD ["sh"]
`;

/** Pulls or builds the base image unless it is there. */
export async function ensureBaseImage(engine: EngineChoice, say: Say): Promise<void> {
  if (await hasImage(engine, BASE_IMAGE)) return;
  const pulled = await runProgram(engine.name, ['pull', '--quiet', PUBLIC_IMAGE], { timeoutMs: PULL_MILLISECONDS });
  if (pulled.ok) {
    const tagged = await runProgram(engine.name, ['tag', PUBLIC_IMAGE, BASE_IMAGE], { timeoutMs: SHORT_MILLISECONDS });
    if (!tagged.ok) throw new Error(`${PUBLIC_IMAGE} could not be named ${BASE_IMAGE}: ${tagged.complaint}`);
    return say(`pulled ${PUBLIC_IMAGE} as ${BASE_IMAGE}`);
  }
  say(`${PUBLIC_IMAGE} cannot be pulled: building ${BASE_IMAGE} from a static busybox of this machine`);
  await buildFromBusybox(engine, await staticBusybox(say));
}

/** Builds `name` from a folder that has a Dockerfile; unchanged layers come from the engine's cache. */
export async function buildImage(
  engine: EngineChoice,
  name: string,
  folder: string,
  args: Readonly<Record<string, string>> = {},
): Promise<void> {
  const values = Object.entries(args).map(([key, value]) => `--build-arg=${key}=${value}`);
  const file = `--file=${join(folder, 'Dockerfile')}`;
  const command = ['build', '--quiet', ...engine.buildArgs, `--tag=${name}`, file, ...values, '--', folder];
  const built = await runProgram(engine.name, command, { timeoutMs: BUILD_MILLISECONDS });
  if (!built.ok) throw new Error(`image ${name} could not be built with ${engine.name}: ${built.complaint}`);
}

export async function hasImage(engine: EngineChoice, name: string): Promise<boolean> {
  return (await runProgram(engine.name, ['image', 'inspect', '--', name], { timeoutMs: SHORT_MILLISECONDS })).ok;
}

async function buildFromBusybox(engine: EngineChoice, busybox: string): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'fulfil-base-'));
  try {
    const root = join(folder, 'root');
    for (const path of ['bin', 'usr/bin', 'etc', 'tmp']) await mkdir(join(root, path), { recursive: true });
    await chmod(join(root, 'tmp'), 0o1777);
    await copyFile(busybox, join(root, 'bin/busybox'));
    await chmod(join(root, 'bin/busybox'), 0o755);
    // links made here, not by a RUN step: this build works before anyone knows the flags a container needs
    for (const applet of await applets(busybox)) await symlink('busybox', join(root, 'bin', applet));
    await symlink('../../bin/env', join(root, 'usr/bin/env'));
    await writeFile(join(root, 'etc/passwd'), 'root:x:0:0:root:/:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/sh\n');
    await writeFile(join(root, 'etc/group'), 'root:x:0:\nnobody:x:65534:\n');
    await writeFile(join(folder, 'Dockerfile'), DOCKERFILE);
    await buildImage({ ...engine, buildArgs: [] }, BASE_IMAGE, folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function applets(busybox: string): Promise<readonly string[]> {
  const { stdout } = await runProgram(busybox, ['--list'], { timeoutMs: SHORT_MILLISECONDS });
  return stdout.split('\n').filter((name) => name !== '' && name !== 'busybox');
}

async function staticBusybox(say: Say): Promise<string> {
  const here = await onPath('busybox', process.env);
  if (here !== undefined && (await isStatic(here))) return here;
  const manual = 'install a static busybox (Debian: apt-get install busybox-static), or give the machine a registry';
  if (!(await canInstallPackages())) throw new Error(`${BASE_IMAGE} cannot be pulled or built: ${manual}`);
  say('installing busybox-static with apt-get');
  const complaint = await installPackages(['busybox-static']);
  const installed = await onPath('busybox', process.env);
  if (complaint === undefined && installed !== undefined) return installed;
  throw new Error(`busybox-static could not be installed (${complaint ?? 'no busybox on PATH'}): ${manual}`);
}

/** A dynamic program names its loader (/lib/ld-...) right behind its header; in an empty image that is missing. */
async function isStatic(path: string): Promise<boolean> {
  const handle = await open(path);
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(4096), 0, 4096, 0);
    return !buffer.subarray(0, bytesRead).includes('/ld-');
  } finally {
    await handle.close();
  }
}
