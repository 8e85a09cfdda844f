import { remark } from './print.js';

/** What a shell makes of a program that Ctrl-C ended. */
const interrupted = 130;

const followed = new Set<string>();

/** While a command watches an object, Ctrl-C ends the watching alone; it says so, for nothing else on the screen does. */
export async function watched<T>(object: string, watching: Promise<T>): Promise<T> {
  if (followed.size === 0) process.once('SIGINT', leave);
  followed.add(object);
  return watching.finally(() => {
    followed.delete(object);
    if (followed.size === 0) process.off('SIGINT', leave);
  });
}

function leave(): void {
  remark(`no longer watched, but asked for and going on: ${[...followed].join(', ')}`);
  process.exit(interrupted);
}
