/** Tells the person in front of the terminal, in one plain line, what set-up does. */
export type Say = (line: string) => void;
