/** Between two looks at something that sends no event. */
const pollMillis = 50;

/** Far beyond what anything takes on a machine that is busy with three test files: only what never comes fails. */
const longestMillis = 120_000;

/**
 * Looks until `look` gives something, which false is not, for what has no event to wait for; then fails with what it
 * waited for. A look that fails is one that found nothing: what is looked at may be beginning anew.
 */
export async function eventually<T>(
  what: string,
  look: () => Promise<T | false | undefined> | T | false | undefined,
  limitMillis = longestMillis,
  betweenMillis = pollMillis,
): Promise<T> {
  const deadline = Date.now() + limitMillis;
  for (;;) {
    let cause: unknown;
    try {
      const found = await look();
      if (found !== undefined && found !== false) return found;
    } catch (thrown) {
      cause = thrown;
    }
    if (Date.now() > deadline) {
      const why = cause instanceof Error ? `: ${cause.message}` : '';
      throw new Error(`${what}: not within ${limitMillis / 1000} s${why}`, { cause });
    }
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
  await eventually(what, look, limitMillis, betweenMillis);
}

/** The same for what fails until its time has come. */
export async function succeeds(what: string, work: () => Promise<unknown>): Promise<void> {
  await holds(what, async () => {
    await work();
    return true;
  });
}
