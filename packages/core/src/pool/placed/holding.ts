import type { Scope } from '../../scope/scope.ts';

/** How many clients are held, by the root of the scope that holds them. */
const held = new WeakMap<Scope, number>();

/** A client of this scope has got a connection (1), or has given it back (-1). */
export const holds = (scope: Scope, change: 1 | -1): void => {
  held.set(scope.root, (held.get(scope.root) ?? 0) + change);
};

/** Whether a scope, or one that waits for it, holds a client. */
export function isHolding(scope: Scope): boolean {
  for (let each: Scope | undefined = scope; each !== undefined; each = each.parent)
    if ((held.get(each.root) ?? 0) > 0) return true;
  return false;
}
