import type { ChildProcess } from 'node:child_process';
import { engineCommand, removeContainer, type EngineChoice } from './engineCommand.js';

/** A stopped container's client drains what was printed and ends; longer, and the stop came before the start. */
const DRAIN_MILLISECONDS = 1_000;
/** Once its container is gone a client only has to notice; one that takes longer than this hangs. */
const CLIENT_END_MILLISECONDS = 10_000;

/**
 * Ends a container and the engine's client that runs it; back only when both are gone. Before the container exists
 * (the image is still being pulled) there is only the client to end.
 * @param find tells the container's id once it is there; its name may be its successor's already
 */
export async function stopContainer(
  engine: EngineChoice,
  find: () => Promise<string | undefined>,
  graceSeconds: number,
  client: ChildProcess,
  clientEnd: Promise<unknown>,
): Promise<void> {
  const ended = clientEnd.catch(() => undefined);
  const grace = `${Math.max(0, Math.ceil(graceSeconds))}`;
  const remove = async () => {
    const id = await find();
    if (id !== undefined) await removeContainer(engine, id);
  };
  const running = await find();
  const stopped = running !== undefined && (await engineCommand(engine, ['stop', '-t', grace, running])).ok;
  if (!stopped) client.kill('SIGTERM');
  const undrained = setTimeout(() => void remove(), DRAIN_MILLISECONDS);
  const hanging = setTimeout(() => client.kill('SIGKILL'), CLIENT_END_MILLISECONDS);
  await ended;
  clearTimeout(undrained);
  clearTimeout(hanging);
  await remove();
}
