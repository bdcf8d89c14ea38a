import { type Queryable, statement } from '@tenantry/core/sql';
import type { Of } from '../check/checker.ts';
import { answerOf } from './call.ts';
import { permissionOf, resourceOf, userOf } from './values.ts';

/** One way in which a permission is granted. */
export interface Grant {
  /** The id of the row that assigns the role. */
  readonly assignment: string;
  /** The assigned role. */
  readonly role: string;
  /** The path from that role to the one that grants the permission. */
  readonly through: readonly string[];
  /** The pattern of that role: the permission, `projects:*` or `*`. */
  readonly pattern: string;
  /** When it ends, as ISO 8601 in UTC; null when it does not. */
  readonly expiresAt: string | null;
  readonly expired: boolean;
  /** The resource that it is limited to. */
  readonly resource: { readonly type: string; readonly id: string } | null;
}

/** Why a member has or lacks a permission. */
export interface Explanation {
  readonly permission: string;
  readonly user: string;
  readonly member: boolean;
  /** The decision of the policies. */
  readonly allowed: boolean;
  readonly grants: readonly Grant[];
  /** The smallest fix, in a sentence; null when it is allowed. */
  readonly fix: string | null;
  /** With impersonation, the explanation for the other user; both must be allowed. */
  readonly onBehalfOf?: Explanation;
}

interface Raw extends Omit<Explanation, 'fix' | 'onBehalfOf'> {
  readonly fix: { readonly role: string; readonly permissions: readonly string[] } | null;
  readonly onBehalfOf?: Raw;
}

/** Asks the database why `user`, by default the actor, has or lacks a permission. */
export async function explain(
  db: Queryable,
  permission: string,
  { user = null, of }: { readonly user?: string | null; readonly of?: Of } = {},
): Promise<Explanation> {
  const key = permissionOf(permission);
  const on = resourceOf(of && { type: of.resource ?? key.slice(0, key.indexOf(':')), id: of.id });
  const raw = await answerOf<Raw>(
    db,
    statement`select tenantry.rbac_explain(${key}, ${user === null ? null : userOf(user)}, ${on.type}, ${on.id}) as value`,
  );
  return told(raw);
}

function told({ fix, onBehalfOf, ...raw }: Raw): Explanation {
  return {
    ...raw,
    fix: raw.allowed ? null : smallestFix(lackingOf({ ...raw, fix }, onBehalfOf)),
    ...(onBehalfOf !== undefined && { onBehalfOf: told(onBehalfOf) }),
  };
}

/** With impersonation, the user who lacks the permission. */
const lackingOf = (own: Raw, other: Raw | undefined): Raw =>
  other !== undefined && !other.allowed ? other : own;

function smallestFix({ permission, member, grants, fix }: Raw): string {
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
