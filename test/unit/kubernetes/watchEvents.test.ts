import { afterEach, expect, jest, test } from '@jest/globals';
import type { Cluster } from '../../../activities/kubernetes/cluster.js';
import { watchEvents } from '../../../activities/kubernetes/watchEvents.js';

const things = { path: '/things', parameters: {}, seconds: 240 };

afterEach(() => {
  jest.useRealTimers();
});

/** An API server that says one thing and then nothing, nor ends anything: its connection stands. */
function silent(): Cluster {
  return {
    ask: () => Promise.reject(new Error('not here')),
    stream: (_path, signal) => Promise.resolve(once('{"type":"BOOKMARK","object":{}}\n', signal)),
  };
}

async function* once(line: string, signal: AbortSignal): AsyncIterable<Buffer> {
  yield Buffer.from(line);
  await new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(new Error('cut'))));
}

test('a watch that the API server neither ends nor goes on with is given up', async () => {
  jest.useFakeTimers();
  const watch = watchEvents(silent(), things, new AbortController().signal);
  expect(await watch.next()).toMatchObject({ value: { type: 'BOOKMARK' } });
  const ended = expect(watch.next()).rejects.toThrow('says nothing');
  await jest.advanceTimersByTimeAsync(239_000);
  expect(jest.getTimerCount()).toBe(1);
  await jest.advanceTimersByTimeAsync(60_000);
  await ended;
  expect(jest.getTimerCount()).toBe(0);
});

test('who stops a watch hears what cut it', async () => {
  const stop = new AbortController();
  const watch = watchEvents(silent(), things, stop.signal);
  await watch.next();
  const ended = expect(watch.next()).rejects.toThrow('cut');
  stop.abort();
  await ended;
});
