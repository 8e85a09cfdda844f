/**
 * Joins parts to a clean relative path with `/`: no leading or trailing slash, no `.`, empty for the root.
 * `..` has no place in a store path: callers check outside input with {@link escapes} first.
 */
export function joinStorePath(...parts: readonly string[]): string {
  return parts
    .flatMap((part) => part.split('/'))
    .filter((segment) => segment !== '' && segment !== '.')
    .join('/');
}

/** True for a path that is absolute or climbs out of its root, or that no store could hold (NUL, backslash). */
export function escapes(path: string): boolean {
  return path.startsWith('/') || /[\0\\]/.test(path) || path.split('/').includes('..');
}
