import { checkType } from '@tenantry/core/errors';
import type { Queryable } from '@tenantry/core/sql';
import { call } from '../calls.ts';
import type { ResourceRef } from '../check/checker.ts';
import type { PermissionExplanation, RawExplanation } from './answers.ts';
import { permissionOf, resourceOf, userOf } from './values.ts';

/** Asks the database why `user`, or whoever acts, has a permission or lacks it. */
export async function explain(
  db: Queryable,
  permission: string,
  options: { readonly user?: string | null; readonly of?: ResourceRef } = {},
): Promise<PermissionExplanation> {
  checkType(options, 'object', 'options of rbac.explain', 'VALUE_INVALID');
  const { user = null, of } = options;
  checkType(of, 'object?', 'option of of rbac.explain', 'RESOURCE_UNKNOWN');
  const key = permissionOf(permission);
  const on = resourceOf(of && { type: of.resource ?? key.slice(0, key.indexOf(':')), id: of.id });
  const asked = user === null ? null : userOf(user);
  return told(await call(db, 'rbac_explain', key, asked, on.type, on.id));
}

function told({ fix, onBehalfOf, ...raw }: RawExplanation): PermissionExplanation {
  return {
    ...raw,
    fix: raw.allowed ? null : smallestFix(lackingOf({ ...raw, fix }, onBehalfOf)),
    ...(onBehalfOf !== undefined && { onBehalfOf: told(onBehalfOf) }),
  };
}

/** Of two who must both be allowed, the one who is not. */
const lackingOf = (own: RawExplanation, other: RawExplanation | undefined): RawExplanation =>
  other !== undefined && !other.allowed ? other : own;

function smallestFix({ permission, member, grants, fix }: RawExplanation): string {
  const ended = grants.find(({ expired }) => expired);
  if (!member) {
    return fix === null
      ? `Define a role with ${permission}, and invite the user with it.`
      : `Invite the user with the role ${fix.role}.`;
  }
  if (ended !== undefined) {
    // -infinity has no text
    const when = ended.expiresAt === null ? 'long ago' : `at ${ended.expiresAt}`;
    return `Give the role ${ended.role} again: it ended ${when}.`;
  }
  if (fix === null) return `Add ${permission} to a role of the user: no role has it.`;
  const others = fix.permissions.filter((key) => key !== permission);
  const besides = others.length === 0 ? 'it has nothing else' : `it also has ${others.join(', ')}`;
  return `Give the role ${fix.role} (${besides}), or add ${permission} to a role of the user.`;
}
