/** What the name of a role may be: lower-case letters, digits and _, as it needs no quotes. */
export const isRoleName = (name: string): boolean => /^[a-z_][a-z0-9_]{0,62}$/.test(name);
