import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A folder for PATH and one for the cache, with programs that do what the test says. */
export interface FakeMachine {
  readonly env: NodeJS.ProcessEnv;
  readonly cache: string;
  /** `file` is relative to the machine, e.g. `bin/docker`; `script` is what sh runs. */
  program(file: string, script: string): Promise<string>;
  close(): Promise<void>;
}

export async function fakeMachine(): Promise<FakeMachine> {
  const root = await mkdtemp(join(tmpdir(), 'fulfil-machine-'));
  const cache = join(root, 'cache/fulfil');
  await mkdir(join(root, 'bin'));
  await mkdir(join(cache, 'bin'), { recursive: true });
  return {
    env: { PATH: join(root, 'bin'), XDG_CACHE_HOME: join(root, 'cache'), HOME: root },
    cache,
    program: async (file, script) => {
      await writeFile(join(root, file), `#!/bin/sh\n${script}\n`);
      await chmod(join(root, file), 0o755);
      return join(root, file);
    },
    close: () => rm(root, { recursive: true }),
  };
}
