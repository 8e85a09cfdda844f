/** A worker of one write, for tests that kill it: `applyOnce.ts STORE CLONE FILE`, STORE as JSON. */
import { writeFile } from 'node:fs/promises';
import { gitStore } from '../../activities/stores/git/gitStore.js';
import type { GitStateStore } from '../../src/domain/stateStore.js';
import { directoryChange, never } from './storeChanges.js';

const [document = '', clone = '', pidFile = ''] = process.argv.slice(2);
await writeFile(pidFile, String(process.pid));
const writer = gitStore(JSON.parse(document) as GitStateStore, { secrets: () => Promise.resolve({}), clone });
await writer.apply([directoryChange('a', { f: '1' }, 'run-killed')], never());
