import { networkInterfaces } from 'node:os';

/** 96 is what cluster.sh takes by default, so tests stay above it; pods get the number plus 100, which ends at 255. */
const lowest = 100;
const highest = 154;

/** A number for cluster.sh's NETWORK whose networks this machine does not use. */
export function freeNetwork(): number {
  const addresses = Object.values(networkInterfaces()).flatMap((list) => (list ?? []).map(({ address }) => address));
  const isUsed = (network: number) => addresses.some((address) => address.startsWith(`10.${network}.`));
  const free: number[] = [];
  for (let network = lowest; network <= highest; network++) {
    if (!isUsed(network) && !isUsed(network + 100)) free.push(network);
  }
  const chosen = free[Math.floor(Math.random() * free.length)];
  if (chosen === undefined) throw new Error(`10.${lowest}.0.0/16 to 10.${highest}.0.0/16 are all in use`);
  return chosen;
}
