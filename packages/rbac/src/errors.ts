import { defineErrors } from '@tenantry/core';

/** The codes of this package. */
export const rbacErrors = defineErrors('@tenantry/rbac', {
  PERMISSION_DENIED: {
    status: 403,
    title: 'A permission is missing',
    fix: 'Ask somebody who manages members for a role that has it.',
  },
  PERMISSION_UNKNOWN: {
    status: 400,
    title: 'There is no such permission',
    fix: 'Define it in defineRbac, then run `npx tenantry generate` and your migrations.',
  },
  PERMISSIONS_NOT_LOADED: {
    status: 500,
    title: 'The permissions of this scope are not known',
    fix: 'Open the scope with pool.enter(…) or the middleware, or await rbac.load(db) in it before the first check.',
  },
  ACTOR_MISSING: {
    status: 500,
    title: 'A permission is asked for in a transaction without a user',
    fix: 'Enter with the user, pass it to tenancy.run({ …, user }, fn), or do work of the system in tenancy.asSystem({ reason, actor }, fn).',
  },
  GRANT_ABOVE_OWN: {
    status: 403,
    title: 'Nobody gives or takes a role with permissions that they lack',
    fix: 'Let somebody do it who has these permissions, and for as long.',
  },
  ROLE_UNKNOWN: {
    status: 400,
    title: 'There is no such role in this tenant',
    fix: 'Use the key of a role of the definition, or of one that this tenant has made.',
  },
  ROLE_INVALID: {
    status: 400,
    title: 'The role cannot be saved like this',
    fix: 'Correct what is named above.',
  },
  ROLE_NOT_HELD: {
    status: 404,
    title: 'The member does not have this role',
    fix: 'Name a role that the member has; of one that was given for a resource, name the resource too.',
  },
  RESOURCE_UNKNOWN: {
    status: 404,
    title: 'There is no such resource in this tenant',
    fix: 'Give a role for a resource that exists: its type as the permissions name it, and its id.',
  },
  VALUE_INVALID: {
    status: 400,
    title: 'A value cannot be stored',
    fix: 'Send text without NUL characters and lone surrogates, of the length that is named, and times within the years 1 to 9999.',
  },
  CHANGED_MEANWHILE: {
    status: 409,
    title: 'Something that this refers to was changed at the same time',
    fix: 'Read it again, then try once more.',
  },
  LAST_OWNER: {
    status: 409,
    title: 'A tenant always has an owner',
    fix: 'Make somebody else an owner first, or transfer the ownership.',
  },
  MEMBER_UNKNOWN: {
    status: 404,
    title: 'The user is not a member of this tenant',
    fix: 'Invite the user, or add the membership first.',
  },
  MEMBER_EXISTS: {
    status: 409,
    title: 'The user is a member already',
    fix: 'Change the roles of the member instead.',
  },
  EMAIL_MALFORMED: {
    status: 400,
    title: 'This is not an e-mail address',
    fix: 'Send one address, such as ada@acme.example.',
  },
  API_KEY_INVALID: {
    status: 401,
    title: 'The API key is not valid',
    fix: 'Send a key that exists, has not expired and was not revoked: Authorization: Bearer <key>.',
  },
  API_KEY_UNKNOWN: {
    status: 404,
    title: 'There is no such API key in this tenant',
    fix: 'Name the id of a key that is not revoked.',
  },
  INVITATION_UNKNOWN: {
    status: 404,
    title: 'There is no such invitation',
    fix: 'Ask for a new invitation; sending one again makes its earlier link invalid.',
  },
  INVITATION_PENDING: {
    status: 409,
    title: 'This address has an invitation that is still open',
    fix: 'Send it again, or revoke it.',
  },
  INVITATION_USED: {
    status: 409,
    title: 'The invitation has been accepted already',
    fix: 'Sign in; the membership is there.',
  },
  INVITATION_EXPIRED: {
    status: 410,
    title: 'The invitation has expired',
    fix: 'Ask for it to be sent again.',
  },
  INVITATION_REVOKED: {
    status: 410,
    title: 'The invitation has been revoked',
    fix: 'Ask for a new one.',
  },
  INVITATION_EMAIL_MISMATCH: {
    status: 403,
    title: 'The invitation was sent to another address',
    fix: 'Sign in with the address that it was sent to, and verify it.',
  },
});

declare global {
  interface TenantryErrorCodes extends Record<keyof typeof rbacErrors, true> {}
}
