/** Texts that come from programs and servers may repeat what they were given: nothing secret survives this. */
export function redact(text: string, secrets: readonly string[]): string {
  // Shorter values are no secrets, and would tear ordinary words apart.
  const shortest = 4;
  const lines = secrets.flatMap((secret) => [secret, ...secret.split('\n')]).map((secret) => secret.trim());
  const values = [...new Set(lines)].filter((value) => value.length >= shortest);
  values.sort((a, b) => b.length - a.length);
  return values.reduce((redacted, value) => redacted.replaceAll(value, '***'), text);
}
