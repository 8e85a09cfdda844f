import { expect, test } from '@jest/globals';
import { runProgram } from '../../../src/setup/program.js';
import { claimNetwork } from '../../../src/server/claimNetwork.js';

test('clusters that begin together have networks of their own', async () => {
  const networks = await Promise.all(Array.from({ length: 12 }, () => claimNetwork()));
  for (const network of networks) {
    const args = ['address', 'delete', `10.${network}.0.1/32`, 'dev', 'lo'];
    expect(await runProgram('ip', args, { timeoutMs: 10_000 })).toMatchObject({ complaint: '' });
  }
  expect(new Set(networks).size).toBe(networks.length);
});
