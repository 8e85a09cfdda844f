import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode, DefaultLogger } from '@temporalio/worker';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** The sources' bundle, made once for all test files of a run: it takes seconds and changes with the sources only. */
export async function workflowBundle(): Promise<{ readonly workflowBundle: { readonly codePath: string } }> {
  const codePath = join(tmpdir(), `fulfil-workflows-${process.getuid?.() ?? 0}-${await sourcesDigest()}.js`);
  if (!existsSync(codePath)) {
    const workflowsPath = join(root, 'workflows');
    const { code } = await bundleWorkflowCode({ workflowsPath, logger: new DefaultLogger('WARN') });
    await writeFile(`${codePath}.${process.pid}`, code);
    await rename(`${codePath}.${process.pid}`, codePath);
  }
  return { workflowBundle: { codePath } };
}

/** Names everything that a workflow can import, by what it says: another checkout's bundle is another file. */
async function sourcesDigest(): Promise<string> {
  const hash = createHash('sha256').update(root);
  for (const folder of ['workflows', 'src/domain']) {
    const entries = await readdir(join(root, folder), { withFileTypes: true, recursive: true });
    const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
    for (const file of files.toSorted()) hash.update(file).update(await readFile(file));
  }
  return hash.digest('hex').slice(0, 16);
}
