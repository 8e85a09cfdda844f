import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** Made by `npm run build`, so that a worker starts without bundling. */
export const bundlePath = fileURLToPath(new URL('../../workflow-bundle.js', import.meta.url));

/** The built bundle, or the sources for a worker that runs from a checkout. */
export function workflowSource() {
  if (existsSync(bundlePath)) return { workflowBundle: { codePath: bundlePath } };
  // The folder, not the file: in a checkout its index is a .ts.
  return { workflowsPath: fileURLToPath(new URL('../../workflows', import.meta.url)) };
}
