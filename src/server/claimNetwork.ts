import { networkInterfaces } from 'node:os';
import { runProgram } from '../setup/program.js';

/** 96 is what cluster.sh takes by default, so tests stay above it; pods get the number plus 100, which ends at 255. */
const lowest = 100;
const highest = 154;
/** `ip` answers at once; a machine that has no second for it has none for a cluster. */
const claimMilliseconds = 10_000;

/**
 * A number for cluster.sh's NETWORK whose networks this machine does not use. Its first address is given to the
 * loopback device: only one of two who begin together gets it. `cluster.sh down` takes it away again.
 */
export async function claimNetwork(): Promise<number> {
  for (const network of atRandom(freeNetworks())) {
    const args = ['address', 'add', `10.${network}.0.1/32`, 'dev', 'lo'];
    const added = await runProgram('ip', args, { timeoutMs: claimMilliseconds });
    if (added.ok) return network;
    if (!/exists|assigned/.test(added.complaint))
      throw new Error(`no network for a cluster, which needs root: ${added.complaint}`);
  }
  throw new Error(`10.${lowest}.0.0/16 to 10.${highest}.0.0/16 are all in use`);
}

function freeNetworks(): number[] {
  const addresses = Object.values(networkInterfaces()).flatMap((list) => (list ?? []).map(({ address }) => address));
  const isUsed = (network: number) => addresses.some((address) => address.startsWith(`10.${network}.`));
  const all = Array.from({ length: highest - lowest + 1 }, (_, index) => lowest + index);
  return all.filter((network) => !isUsed(network) && !isUsed(network + 100));
}

/** Who begins together should not all want the same. */
function atRandom(networks: readonly number[]): number[] {
  return networks
    .map((network) => ({ network, place: Math.random() }))
    .sort((a, b) => a.place - b.place)
    .map(({ network }) => network);
}
