import { freePorts } from './freePorts.js';
import { isFree } from './isFree.js';

/** The wanted port when nobody listens there, otherwise another one. */
export async function freePort(wanted: number): Promise<number> {
  return (await isFree(wanted)) ? wanted : freePorts(1);
}
