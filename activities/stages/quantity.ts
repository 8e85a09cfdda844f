const binary: Readonly<Record<string, number>> = { Ki: 2 ** 10, Mi: 2 ** 20, Gi: 2 ** 30, Ti: 2 ** 40 };
const decimal: Readonly<Record<string, number>> = { '': 1, m: 1e-3, k: 1e3, M: 1e6, G: 1e9, T: 1e12 };

/** A Kubernetes quantity as a number: `200m` → 0.2, `256Mi` → 268435456. The documents' check has vouched for its form. */
export function quantity(value: string | number): number {
  if (typeof value === 'number') return value;
  const [, digits = '', suffix = ''] = /^([+-]?[\d.]+(?:[eE][+-]?\d+)?)(\w*)$/.exec(value) ?? [];
  return Number(digits) * (binary[suffix] ?? decimal[suffix] ?? 1);
}
