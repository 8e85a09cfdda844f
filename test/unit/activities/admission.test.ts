import { describe, expect, test } from '@jest/globals';
import { getSnapshot } from '../../../activities/artifacts/snapshot.js';
import { checkPromiseChange } from '../../../activities/admission/promiseChange.js';
import { planPromise } from '../../../activities/admission/promisePlan.js';
import { defaultSettings } from '../../../src/domain/settings.js';
import { checkPromise } from '../../../src/documents/promise.js';
import type { PromiseParts } from '../../platform/documents.js';
import { configMap, pipeline, promise, stage } from '../../platform/documents.js';
import { problemsOf, valueOf } from '../documents/fixtures.js';
import { openScratch } from './scratch.js';

const { artifacts } = openScratch();
const checked = (parts: PromiseParts = {}) => valueOf(checkPromise(promise('db', parts), ''));
const planOf = (parts: PromiseParts = {}) => planPromise(artifacts, checked(parts), defaultSettings);

describe('the plan of a Promise', () => {
  test('is small and says what orchestration needs', async () => {
    const annotations = { 'fulfil.io/timeout': '10m' };
    const configure = [
      pipeline('slow', [stage('a', 'secret script')], { annotations }),
      pipeline('usual', [stage('b', 'true')]),
    ];
    const plan = await planOf({ version: 'v2', selector: { team: 'a' }, resource: { configure } });
    expect(plan).toMatchObject({
      promise: 'db',
      version: 'v2',
      api: { group: 'test.fulfil.io', versions: ['v1'], kind: 'Db', plural: 'dbs' },
      selectors: [{ matchLabels: { team: 'a' }, source: 'promise' }],
    });
    expect(plan.pipelines.resource.configure.map(({ name, timeoutSeconds }) => [name, timeoutSeconds])).toEqual([
      ['slow', 600],
      ['usual', 86_400],
    ]);
    expect(JSON.stringify(plan)).not.toContain('secret script');
  });

  test('the limit of the Promise is for its pipelines that have none', async () => {
    const configure = [pipeline('usual', [stage('a', 'true')])];
    const plan = await planOf({ annotations: { 'fulfil.io/timeout': '90s' }, resource: { configure } });
    expect(plan.pipelines.resource.configure[0]?.timeoutSeconds).toBe(90);
  });

  test('dependencies are one file with sorted keys, the same for the same dependencies', async () => {
    const plan = await planOf({ dependencies: [configMap('b'), configMap('a')] });
    const [file] = await getSnapshot(artifacts, plan.dependencies?.snapshot ?? '');
    expect(file?.path).toBe('static/db-dependencies.yaml');
    const text = (await artifacts.get(file?.digest ?? '')).toString();
    expect(text).toBe(
      ['b', 'a']
        .map(
          (name) =>
            `apiVersion: v1\ndata:\n  text: ${name}\nkind: ConfigMap\nmetadata:\n  name: ${name}\n  namespace: default\n`,
        )
        .join('---\n'),
    );
    expect(plan.dependencies?.bytes).toBe(text.length);
    expect((await planOf({ dependencies: [] })).dependencies).toBeUndefined();
  });

  test('the same document has the same digest, another has another', async () => {
    expect((await planOf()).digest).toBe((await planOf()).digest);
    expect((await planOf({ version: 'v2' })).digest).not.toBe((await planOf()).digest);
  });
});

describe('a changed Promise', () => {
  const before = async () => ({ ...(await planOf()), generation: 1 });

  test('may change everything but the identity of its API', async () => {
    expect(problemsOf(checkPromiseChange(await before(), checked({ version: 'v9', properties: {} })))).toEqual([]);
    expect(problemsOf(checkPromiseChange(await before(), checked({ kind: 'Other' })))).toEqual([
      'spec.api.spec.names.kind: Invalid value: "Other": field is immutable, it is "Db"',
      'spec.api.spec.names.plural: Invalid value: "others": field is immutable, it is "dbs"',
    ]);
  });

  test('cannot lose its API, but may get one', async () => {
    const document = promise('db');
    const { api: _api, ...spec } = document['spec'] as Record<string, unknown>;
    const without = valueOf(checkPromise({ ...document, spec }, ''));
    expect(problemsOf(checkPromiseChange(await before(), without))).toEqual([
      'spec.api: cannot remove API from existing promise',
    ]);
    const plan = { ...(await planPromise(artifacts, without, defaultSettings)), generation: 1 };
    expect(problemsOf(checkPromiseChange(plan, checked()))).toEqual([]);
  });
});
