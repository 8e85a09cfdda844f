/** What fails for the third time, after some seconds, is worth a word to whoever asked: a quota, a role, a store that is away. */
export const lastingAttempt = 3;
