export const NON_ROOT_USER = 65_532;

export const nonRootSecurity = {
  runAsNonRoot: true,
  runAsUser: NON_ROOT_USER,
  allowPrivilegeEscalation: false,
  capabilities: { drop: ['ALL'] },
} as const;
