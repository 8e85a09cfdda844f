/** Between two looks at something that sends no event. */
const pollMillis = 50;

/** Looks until `look` gives something, for what has no event to wait for; then fails with what it waited for. */
export async function eventually<T>(
  what: string,
  look: () => Promise<T | undefined> | T | undefined,
  limitMillis = 30_000,
  betweenMillis = pollMillis,
): Promise<T> {
  const deadline = Date.now() + limitMillis;
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    if (Date.now() > deadline) throw new Error(`${what}: not within ${limitMillis / 1000} s`);
    await new Promise((resolve) => setTimeout(resolve, betweenMillis));
  }
}

/** The same for a condition. */
export async function holds(
  what: string,
  look: () => Promise<boolean> | boolean,
  limitMillis?: number,
  betweenMillis?: number,
): Promise<void> {
  await eventually(what, async () => ((await look()) ? true : undefined), limitMillis, betweenMillis);
}
