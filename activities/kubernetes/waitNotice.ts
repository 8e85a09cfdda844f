/** What lasts this long is worth a word to whoever asked; a pod that waits for room in a burst is not. */
const firstMillis = 15_000;
/** Words that change all the time, such as the number of an attempt, are said again this seldom. */
const nextMillis = 60_000;

/** Says why something waits once it has waited for a while, and again when there is another reason. */
export function waitNotice(say: (line: string) => Promise<void>): (line: string) => Promise<void> {
  let said = '';
  let due: number | undefined;
  return async (line) => {
    if (line === '') {
      due = undefined;
      return;
    }
    due ??= performance.now() + firstMillis;
    if (line === said || performance.now() < due) return;
    said = line;
    due = performance.now() + nextMillis;
    await say(line);
  };
}
