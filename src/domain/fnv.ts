/** FNV-1a, 32 bits: spreads texts, hides nothing. The workflow sandbox has no hashing of its own. */
export function fnv1a(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}
