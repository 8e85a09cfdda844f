/** Names as Kubernetes allows them; the limits are those of DNS and of label values. */
export function isDnsLabel(text: string): boolean {
  return text.length <= 63 && /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/.test(text);
}

export function isDnsSubdomain(text: string): boolean {
  return text.length <= 253 && /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/.test(text);
}

const labelText = /^[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?$/;

export function labelValueFault(value: string): string | undefined {
  if (value.length > 63) return `must be no more than 63 characters`;
  if (value === '' || labelText.test(value)) return undefined;
  return `must be empty or consist of letters, digits, '-', '_' or '.', and start and end with a letter or digit`;
}

export function labelKeyFault(key: string): string | undefined {
  const slash = key.indexOf('/');
  const prefix = slash === -1 ? undefined : key.slice(0, slash);
  const name = key.slice(slash + 1);
  if (prefix !== undefined && !isDnsSubdomain(prefix)) return `its prefix must be a DNS subdomain such as example.com`;
  if (name.length > 63) return `its name must be no more than 63 characters`;
  if (labelText.test(name)) return undefined;
  return `its name must consist of letters, digits, '-', '_' or '.', and start and end with a letter or digit`;
}
