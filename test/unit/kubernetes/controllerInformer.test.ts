import { expect, test } from '@jest/globals';
import type { Cluster } from '../../../activities/kubernetes/cluster.js';
import type { ClusterObject } from '../../../activities/kubernetes/projection/clusterObject.js';
import { createInformer } from '../../../src/kubernetes/informer.js';
import { holds } from '../../platform/eventually.js';

const resource = { group: 'example.com', version: 'v1', kind: 'Thing', plural: 'things' };
const thing = (name: string, resourceVersion: string): ClusterObject => ({
  metadata: { name, namespace: 'default', resourceVersion },
});

/** A cluster whose lists and watches are given one after the other; a watch that is an Error is a cut connection. */
function scripted(
  lists: readonly (readonly ClusterObject[] | Error)[],
  watches: readonly (readonly unknown[] | Error)[],
) {
  const asked: string[] = [];
  let [listed, watched] = [0, 0];
  const cluster: Cluster = {
    ask(_method, path) {
      asked.push(path.split('?')[0] ?? '');
      const items = lists[Math.min(listed++, lists.length - 1)];
      if (items instanceof Error) return Promise.reject(items);
      return Promise.resolve({ metadata: { resourceVersion: '10' }, items });
    },
    stream(path, signal) {
      const version = new URLSearchParams(path.split('?')[1]).get('resourceVersion') ?? '';
      asked.push(`watch ${version}`);
      return Promise.resolve(events(watches[watched++], signal));
    },
  };
  return { cluster, asked };
}

async function* events(script: readonly unknown[] | Error | undefined, signal: AbortSignal): AsyncIterable<Buffer> {
  if (script instanceof Error) throw script;
  for (const event of script ?? []) yield Buffer.from(`${JSON.stringify(event)}\n`);
  if (script === undefined) await new Promise((resolve) => signal.addEventListener('abort', resolve));
}

async function follow(script: ReturnType<typeof scripted>, until: (seen: readonly string[]) => boolean) {
  const seen: string[] = [];
  const stop = new AbortController();
  const informer = createInformer({
    ...{ cluster: script.cluster, resource },
    changed: ({ key, object }) =>
      seen.push(object === undefined ? `-${key}` : `${key}@${object.metadata.resourceVersion}`),
  });
  const running = informer.run(stop.signal);
  await holds('what was to be seen', () => until(seen));
  stop.abort();
  await running;
  return { seen, informer };
}

test('a watch that is cut goes on where it was; nothing is listed again', async () => {
  const script = scripted(
    [[thing('a', '1')]],
    [[{ type: 'MODIFIED', object: thing('a', '11') }], [{ type: 'ADDED', object: thing('b', '12') }]],
  );
  const { seen } = await follow(script, (all) => all.includes('default/b@12'));
  expect(seen).toEqual(['default/a@1', 'default/a@11', 'default/b@12']);
  expect(script.asked.slice(0, 3)).toEqual(['/apis/example.com/v1/things', 'watch 10', 'watch 11']);
});

test('410 Gone leads to a new list, which tells what is new and what is gone', async () => {
  const gone = { type: 'ERROR', object: { kind: 'Status', code: 410 } };
  const script = scripted(
    [
      [thing('a', '1'), thing('b', '2')],
      [thing('b', '2'), thing('c', '9')],
    ],
    [[gone]],
  );
  const { seen, informer } = await follow(script, (all) => all.includes('default/c@9'));
  expect(seen).toEqual(['default/a@1', 'default/b@2', '-default/a', 'default/c@9']);
  expect(informer.list().map(({ metadata }) => metadata.name)).toEqual(['b', 'c']);
});

test('an API server that is away is asked again until it answers', async () => {
  const script = scripted([new Error('refused'), new Error('refused'), [thing('a', '1')]], []);
  const { informer } = await follow(script, (all) => all.length > 0);
  await informer.synced;
});
