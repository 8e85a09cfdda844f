/** What one change of a batch says about itself. */
export interface CommitLine {
  readonly summary: string;
  readonly run: string;
}

/**
 * First line: what changed. Body: one line for each change, when there are several. Trailers: the runs, for `git
 * interpret-trailers` and for people who look for the run behind a commit.
 */
export function commitMessage(lines: readonly CommitLine[]): string {
  const summaries = [...new Set(lines.map((line) => oneLine(line.summary)))];
  const runs = [...new Set(lines.map((line) => oneLine(line.run)))];
  const [only] = summaries;
  const title = summaries.length === 1 && only !== undefined ? only : `Update ${lines.length} placements`;
  const body = summaries.length === 1 ? [] : [summaries.map((summary) => `- ${summary}`).join('\n')];
  const trailers = runs.map((run) => `Fulfil-Run: ${run}`).join('\n');
  return `${[title, ...body, trailers].join('\n\n')}\n`;
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}
