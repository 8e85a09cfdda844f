import { z } from 'zod';

/** The parts every document schema is made of. */

/** An object whose fields are all known; an unknown one is refused with the list of these. */
export function closed<Shape extends z.core.$ZodLooseShape>(shape: Shape) {
  const known = `expected one of ${Object.keys(shape).join(', ')}`;
  return z.strictObject(shape, { error: (issue) => (issue.code === 'unrecognized_keys' ? known : undefined) });
}

/** A field that may be absent; null says the same, as Kubernetes reads it. */
export function maybe<T extends z.ZodType>(schema: T) {
  return z.preprocess((value) => value ?? undefined, schema.optional());
}

/** As {@link maybe}, for a choice that Kratix also takes as unmade when it is an empty string. */
export function maybeChosen<T extends z.ZodType>(schema: T) {
  return z.preprocess((value) => (value === '' || value === null ? undefined : value), schema.optional());
}

/** A string with a form; `expected` completes the sentence `expected …, found "x"`. */
export function text(expected: string, holds: (value: string) => boolean) {
  return z.string().refine(holds, { params: { expected } });
}

export const filledText = text('a string that is not empty', (value) => value !== '');
