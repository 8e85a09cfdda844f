import { expect, test } from '@jest/globals';
import { passEnvironment } from '../../../activities/containers/passedEnvironment.js';

test('plain values stand in the file, odd ones go through the environment', () => {
  expect(passEnvironment({ A: 'b', URL: 'https://x.example/?a=b&c=d', ODD: ' "x"', LINES: 'a\nb', EMPTY: '' })).toEqual(
    {
      file: 'A=b\nURL=https://x.example/?a=b&c=d\nODD\nLINES\nEMPTY=\n',
      inherited: { ODD: ' "x"', LINES: 'a\nb' },
    },
  );
});

test("the engine's own variables never change what the engine does", () => {
  const env = { PATH: '/a "b"', LD_PRELOAD: '/evil.so $x', DOCKER_HOST: 'tcp://x', https_proxy: 'http://u:p#w@x' };
  expect(passEnvironment(env).inherited).toEqual({});
  expect(() => passEnvironment({ HOME: 'a\nb' })).toThrow('the variable HOME may hold one line only');
});

test('a value that does not fit the engines’ line buffer goes through the environment', () => {
  const long = 'x'.repeat(100_000);
  expect(passEnvironment({ LONG: long })).toEqual({ file: 'LONG\n', inherited: { LONG: long } });
  expect(() => passEnvironment({ LONG: 'x'.repeat(200_000) })).toThrow('longer than 128 KiB');
});
