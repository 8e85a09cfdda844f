/** The `code` that errors of Node, of OpenSSL and of libraries carry; by shape, since they may come from another realm. */
export function errorCode(thrown: unknown): string | undefined {
  if (typeof thrown !== 'object' || thrown === null || !('code' in thrown)) return undefined;
  return typeof thrown.code === 'string' ? thrown.code : undefined;
}
