/** Workflows and light activities; the name that users give to `temporal workflow start`. */
export const defaultTaskQueue = 'fulfil';

/** Stages have a queue of their own: a worker takes only as many containers as it has room for. */
export function stagesQueue(taskQueue: string): string {
  return `${taskQueue}-stages`;
}
