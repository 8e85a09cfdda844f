import { expect, test } from '@jest/globals';
import { containerName } from '../../../activities/containers/containerName.js';

test('names are readable, valid, short and their keys’ own', () => {
  const name = containerName('Resource/default/jenkins: configure#1');
  expect(name).toMatch(/^fulfil-resource-default-jenkins-configure-1-[0-9a-f]{10}$/);
  expect(containerName('a/b')).not.toBe(containerName('a-b'));
  expect(containerName('a/b')).toBe(containerName('a/b'));
  expect(containerName('')).toMatch(/^fulfil-[0-9a-f]{10}$/);
  for (const key of ['x'.repeat(500), '-'.repeat(70), `${'y'.repeat(44)}-z`, '🙂']) {
    expect(containerName(key)).toMatch(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])$/);
  }
});
