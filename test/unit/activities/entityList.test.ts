import { expect, test } from '@jest/globals';
import type { EntityClient } from '../../../activities/entityClient.js';
import { entityList } from '../../../activities/works/entityList.js';
import { Failure } from '../../../src/domain/failure.js';

const away = new Failure('TemporalUnavailable', 'Temporal: no answer', true);
const entities = {
  claims: () => Promise.resolve([{ promise: 'there' }, { promise: 'silent' }]),
  status: (entity: string) =>
    entity === 'promise/silent' ? Promise.reject(away) : Promise.resolve({ resources: ['default/one'] }),
} as unknown as EntityClient;

function list(attempt: number) {
  return entityList({ entities, attempt: () => attempt }).listEntities({ target: {} });
}

test('a Promise that does not answer is waited for, so that nobody is left out of a comparison', async () => {
  await expect(list(1)).rejects.toBe(away);
  await expect(list(3)).rejects.toBe(away);
});

test('one that goes on not to answer holds up nobody else: it is asked, and that its requests are not is said', async () => {
  await expect(list(4)).resolves.toEqual({
    store: undefined,
    entities: ['promise/there', 'promise/silent', 'resource/there/default/one'],
    silent: ['silent'],
  });
});
