const posixClasses: Readonly<Record<string, string>> = {
  alpha: 'A-Za-z',
  digit: '0-9',
  alnum: 'A-Za-z0-9',
  upper: 'A-Z',
  lower: 'a-z',
  space: '\\s',
  xdigit: 'A-Fa-f0-9',
  word: '\\w',
};

/** A schema's `pattern` is Go's syntax (RE2); JavaScript's differs in the few places that are mended here. Throws like RegExp. */
export function goPattern(pattern: string): RegExp {
  const [, letters = '', rest = ''] = /^(?:\(\?([is]+)\))?([\s\S]*)$/.exec(pattern) ?? [];
  const source = rest
    .replaceAll('(?P<', '(?<')
    .replace(/\\A/g, '^')
    .replace(/\\z/g, '$')
    .replace(/\[:(\w+):\]/g, (whole, name: string) => posixClasses[name] ?? whole);
  const flags = [...new Set(letters)].join('');
  try {
    return new RegExp(source, `${flags}u`);
  } catch {
    // Unicode mode refuses needless escapes such as `\-` outside a class, which Go takes.
    return new RegExp(source, flags);
  }
}
