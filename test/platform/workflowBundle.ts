import { existsSync } from 'node:fs';
import { readdir, rename, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode, DefaultLogger } from '@temporalio/worker';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** The sources' bundle, made once for all test files of a run: it takes seconds and changes with the sources only. */
export async function workflowBundle(): Promise<{ readonly workflowBundle: { readonly codePath: string } }> {
  const codePath = join(tmpdir(), `fulfil-workflows-${process.getuid?.() ?? 0}-${await newest()}.js`);
  if (!existsSync(codePath)) {
    const workflowsPath = join(root, 'workflows');
    const { code } = await bundleWorkflowCode({ workflowsPath, logger: new DefaultLogger('WARN') });
    await writeFile(`${codePath}.${process.pid}`, code);
    await rename(`${codePath}.${process.pid}`, codePath);
  }
  return { workflowBundle: { codePath } };
}

/** Time of the last change to anything that a workflow can import. */
async function newest(): Promise<number> {
  const times: number[] = [];
  for (const folder of ['workflows', 'src/domain']) {
    for (const entry of await readdir(join(root, folder), { withFileTypes: true, recursive: true })) {
      if (entry.isFile()) times.push((await stat(join(entry.parentPath, entry.name))).mtimeMs);
    }
  }
  return Math.round(Math.max(...times));
}
