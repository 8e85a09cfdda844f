/** `spec.containers[0].name`, `metadata.annotations[fulfil.io/timeout]`: the way Kubernetes writes a field's path. */
export function fieldPath(path: readonly PropertyKey[]): string {
  let text = '';
  for (const step of path) {
    const name = String(step);
    if (typeof step === 'number' || /[./[\]\s]/.test(name) || name === '') text += `[${name}]`;
    else text += text === '' ? name : `.${name}`;
  }
  return text;
}

/** What stands at the path; undefined when nothing does. */
export function valueAt(root: unknown, path: readonly PropertyKey[]): unknown {
  let value = root;
  for (const step of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step)) return undefined;
    value = Reflect.get(value, step);
  }
  return value;
}
