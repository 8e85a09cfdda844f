/** Does something with each item, `limit` at a time; after the first failure nothing new is begun. */
export async function inParallel<Item>(
  items: Iterable<Item>,
  limit: number,
  action: (item: Item) => Promise<void>,
): Promise<void> {
  const waiting = [...items].reverse();
  async function work(): Promise<void> {
    for (let item = waiting.pop(); item !== undefined; item = waiting.pop()) {
      try {
        await action(item);
      } catch (thrown) {
        waiting.length = 0;
        throw thrown;
      }
    }
  }
  const workers = await Promise.allSettled(Array.from({ length: limit }, work));
  const failed = workers.find((worker) => worker.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
}
