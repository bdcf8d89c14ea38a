import { type ErrorEntry, entry } from './entry.ts';

/** Roles, permissions, memberships and invitations. */
export const rbacCodes = {
  PERMISSION_DENIED: entry(
    403,
    'A permission is missing',
    'Ask somebody who manages members for a role that has it.',
  ),
  PERMISSION_UNKNOWN: entry(
    400,
    'There is no such permission',
    'Define it in defineRbac, then run `npx tenantry generate` and your migrations.',
  ),
  PERMISSIONS_NOT_LOADED: entry(
    500,
    'The permissions of this scope are not known',
    'Open the scope with pool.enter(…) or the middleware, or await rbac.load(db) in it before the first check.',
  ),
  ACTOR_MISSING: entry(
    500,
    'A permission is asked for in a transaction without a user',
    'Enter with the user, pass it to tenancy.run({ …, user }, fn), or do work of the system in tenancy.asSystem({ reason, actor }, fn).',
  ),
  GRANT_ABOVE_OWN: entry(
    403,
    'Nobody gives or takes a role with permissions that they lack',
    'Let somebody do it who has these permissions, and for as long.',
  ),
  ROLE_UNKNOWN: entry(
    400,
    'There is no such role in this tenant',
    'Use the key of a role of the definition, or of one that this tenant has made.',
  ),
  ROLE_INVALID: entry(400, 'The role cannot be saved like this', 'Correct what is named above.'),
  ROLE_NOT_HELD: entry(
    404,
    'The member does not have this role',
    'Name a role that the member has; of one that was given for a resource, name the resource too.',
  ),
  RESOURCE_UNKNOWN: entry(
    404,
    'There is no such resource in this tenant',
    'Give a role for a resource that exists: its type as the permissions name it, and its id.',
  ),
  VALUE_INVALID: entry(
    400,
    'A value cannot be stored',
    'Send text without NUL characters and lone surrogates, of the length that is named, and times within the years 1 to 9999.',
  ),
  CHANGED_MEANWHILE: entry(
    409,
    'Something that this refers to was changed at the same time',
    'Read it again, then try once more.',
  ),
  LAST_OWNER: entry(
    409,
    'A tenant always has an owner',
    'Make somebody else an owner first, or transfer the ownership.',
  ),
  MEMBER_UNKNOWN: entry(
    404,
    'The user is not a member of this tenant',
    'Invite the user, or add the membership first.',
  ),
  MEMBER_EXISTS: entry(
    409,
    'The user is a member already',
    'Change the roles of the member instead.',
  ),
  EMAIL_MALFORMED: entry(
    400,
    'This is not an e-mail address',
    'Send one address, such as ada@acme.example.',
  ),
  INVITATION_UNKNOWN: entry(
    404,
    'There is no such invitation',
    'Ask for a new invitation; sending one again makes its earlier link invalid.',
  ),
  INVITATION_PENDING: entry(
    409,
    'This address has an invitation that is still open',
    'Send it again, or revoke it.',
  ),
  INVITATION_USED: entry(
    409,
    'The invitation has been accepted already',
    'Sign in; the membership is there.',
  ),
  INVITATION_EXPIRED: entry(410, 'The invitation has expired', 'Ask for it to be sent again.'),
  INVITATION_REVOKED: entry(410, 'The invitation has been revoked', 'Ask for a new one.'),
  INVITATION_EMAIL_MISMATCH: entry(
    403,
    'The invitation was sent to another address',
    'Sign in with the address that it was sent to, and verify it.',
  ),
} as const satisfies Record<string, ErrorEntry>;
