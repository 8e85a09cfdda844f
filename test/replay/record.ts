import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import type { Platform } from '../platform/platform.js';
import { openPlatform } from '../platform/platform.js';
import type { RecordedHistory } from './history.js';
import { scrub, shapeOf, toRecorded } from './history.js';
import { playScenarios } from './scenarios.js';

/** Records test/replay/histories anew: plays the scenarios on a real server and keeps one history of each shape. */
const folder = join(process.cwd(), 'test', 'replay', 'histories');

async function record(): Promise<void> {
  const platform = await openPlatform();
  try {
    await playScenarios(platform);
    const histories = await recorded(platform);
    await mkdir(folder, { recursive: true });
    for (const name of await readdir(folder)) if (name.endsWith('.json')) await rm(join(folder, name));
    for (const [name, history] of histories) await writeFile(join(folder, name), lines(history));
    process.stdout.write(`${histories.size} histories in ${folder}\n`);
  } finally {
    await platform.close();
  }
}

/** One event per line: small, and still to be read in a comparison. */
function lines({ events }: RecordedHistory): string {
  return `{"events":[\n${events.map((event) => JSON.stringify(event)).join(',\n')}\n]}\n`;
}

/** File name and history of the first execution of each shape, in the order in which they began. */
async function recorded(platform: Platform): Promise<Map<string, RecordedHistory>> {
  const executions: { workflowId: string; runId: string; type: string; startTime: Date }[] = [];
  for await (const { workflowId, runId, type, startTime } of platform.client.workflow.list()) {
    executions.push({ workflowId, runId, type, startTime });
  }
  const shapes = new Set<string>();
  const counts = new Map<string, number>();
  const kept = new Map<string, RecordedHistory>();
  for (const { workflowId, runId, type } of executions.toSorted((a, b) => Number(a.startTime) - Number(b.startTime))) {
    const history = await platform.client.workflow.getHandle(workflowId, runId).fetchHistory();
    const scrubbed = scrub(toRecorded(history), {
      [platform.home]: '/home/fulfil',
      [process.cwd()]: '/fulfil',
      [hostname()]: 'worker',
    });
    const shape = `${type} ${shapeOf(scrubbed)}`;
    if (shapes.has(shape)) continue;
    shapes.add(shape);
    const number = (counts.get(type) ?? 0) + 1;
    counts.set(type, number);
    kept.set(`${type}-${String(number).padStart(2, '0')}.json`, scrubbed);
  }
  return kept;
}

await record();
