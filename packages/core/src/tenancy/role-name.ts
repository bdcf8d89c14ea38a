/** Whether a role name is valid: lower-case letters, digits and _, so that it needs no quotes. */
export const isRoleName = (name: unknown): name is string =>
  typeof name === 'string' && /^[a-z_][a-z0-9_]{0,62}$/.test(name);
