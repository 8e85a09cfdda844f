import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { temporalBinary } from '../../../src/setup/temporalBinary.js';
import { fakeMachine, type FakeMachine } from './fakeMachine.js';

let machine: FakeMachine;
let said: string[];

beforeEach(async () => {
  machine = await fakeMachine();
  said = [];
  jest.spyOn(globalThis, 'fetch').mockRejectedValue(new TypeError('fetch failed', { cause: new Error('no network') }));
});

afterEach(async () => {
  jest.restoreAllMocks();
  await machine.close();
});

function find(): Promise<string> {
  return temporalBinary((line) => said.push(line), machine.env);
}

test('the one on PATH, else the one kept, and only if it runs', async () => {
  const kept = await machine.program('cache/fulfil/bin/temporal', 'echo 1.5.1');
  expect(await find()).toBe(kept);
  const broken = await machine.program('bin/temporal', 'exit 1');
  expect(await find()).toBe(kept);
  await machine.program('bin/temporal', 'echo 1.6.0');
  expect(await find()).toBe(broken);
  expect(said.at(-1)).toBe(`temporal: ${broken}`);
});

test('a fresh Go builds it where nothing can be downloaded', async () => {
  await machine.program(
    'bin/go',
    'case "$1" in env) echo go1.26.2;; *) printf "#!/bin/sh\\necho built\\n" >"$GOBIN/temporal"; /bin/chmod +x "$GOBIN/temporal";; esac',
  );
  expect(await find()).toBe(`${machine.cache}/bin/temporal`);
  expect(said).toEqual([
    'temporal: cannot be downloaded (no network)',
    'temporal: building it with Go, which takes about three minutes',
    `temporal: built as ${machine.cache}/bin/temporal`,
  ]);
});

test('without any way the error names each', async () => {
  await expect(find()).rejects.toThrow(
    /not downloadable \(no network\), not to be built \(no go on PATH\).*TEMPORAL_ADDRESS/,
  );
  await machine.program('bin/go', 'echo go1.24.1');
  await expect(find()).rejects.toThrow('go1.24.1 is older than go1.26');
  await machine.program('bin/go', 'case "$1" in env) echo go1.26.2;; *) echo "proxy says no" >&2; exit 1;; esac');
  await expect(find()).rejects.toThrow('not to be built (proxy says no)');
});
