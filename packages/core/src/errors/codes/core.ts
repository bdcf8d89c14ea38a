import { defineErrors } from '../registry.ts';

/** Scope, input, pool and set-up. */
export const coreErrors = defineErrors('@tenantry/core', {
  // scope
  TENANT_CONTEXT_MISSING: {
    status: 500,
    title: 'A statement ran outside a tenant scope',
    fix: 'Run it inside tenancy.run(id, fn), pool.enter(…) or the middleware; for cross-tenant work use tenancy.asSystem({ reason, actor }, fn).',
  },
  TENANT_SCOPE_ENDED: {
    status: 500,
    title: 'A scope, client or transaction was used after its end',
    fix: 'Await all database work before the scope ends; keep no client for later.',
  },
  TENANT_SWITCH_REFUSED: {
    status: 500,
    title: 'A scope tried to become another tenant or another user',
    fix: 'Let the outer scope end first, or use tenancy.asSystem({ reason, actor }, fn).',
  },
  TENANT_UPDATE_REFUSED: {
    status: 500,
    title: 'An UPDATE names the tenant column',
    fix: 'Leave it out.',
  },
  SCOPE_WORK_UNFINISHED: {
    status: 500,
    title: 'A scope ended before its database work, which was cancelled',
    fix: 'Await every query, end every transaction and release every client in the scope.',
  },
  SCOPE_TIMEOUT: {
    status: 504,
    title: 'A scope reached its time limit, and its database work was cancelled',
    fix: 'Raise timeoutMs for this scope, or make its work shorter.',
  },
  SCOPE_ABORTED: {
    status: 499,
    title: 'A scope was aborted by its signal, and its database work was cancelled',
    fix: 'Nothing, when the caller disconnected; otherwise see what aborts the signal.',
  },
  SYSTEM_REASON_MISSING: {
    status: 500,
    title: 'System access needs a reason and an actor',
    fix: "Call tenancy.asSystem({ reason: 'nightly invoice sweep', actor: 'cron' }, fn).",
  },
  CAPTURE_INVALID: {
    status: 401,
    title: 'A captured scope is malformed, forged, expired or of another tenancy',
    fix: 'Resume only tokens of capture() with one of the configured secrets, before they expire.',
  },
  // bad input
  CONFIG_INVALID: {
    status: 500,
    title: 'The configuration is not valid',
    fix: 'Correct the option named above.',
  },
  BODY_TOO_LARGE: {
    status: 413,
    title: 'The body of the request is too large',
    fix: 'Send less, or raise maxBytes.',
  },
  METHOD_NOT_ALLOWED: {
    status: 405,
    title: 'The method cannot reach a Fetch handler',
    fix: 'Use another method: Fetch forbids TRACE and CONNECT.',
  },
  TENANT_ID_MALFORMED: {
    status: 400,
    title: 'The tenant id does not have the form that this tenancy uses',
    fix: 'Pass the id as it is stored, without surrounding text.',
  },
  TENANT_CLAIM_MISSING: {
    status: 400,
    title: 'The request names no tenant',
    fix: 'Name it where the resolvers look: a header, the host, the path.',
  },
  TENANT_CLAIM_MALFORMED: {
    status: 400,
    title: 'The request names a tenant in a malformed way',
    fix: 'Send exactly one well-formed tenant claim.',
  },
  TENANT_CLAIM_CONFLICT: {
    status: 400,
    title: 'The request names two different tenants',
    fix: 'Send one claim, or the same tenant in each of them.',
  },
  TOKEN_INVALID: {
    status: 401,
    title: 'The token is not valid',
    fix: 'Send a token that is signed by the issuer, not expired, and meant for this audience.',
  },
  TOKEN_KEYS_UNAVAILABLE: {
    status: 503,
    title: 'The keys that verify tokens cannot be fetched',
    fix: 'Check jwksUrl, and that this server can reach it.',
  },
  NOT_AUTHENTICATED: {
    status: 401,
    title: 'Nobody is signed in',
    fix: "Sign in first; for pages open to everyone set access: 'public' on the middleware.",
  },
  TENANT_NOT_FOUND: {
    status: 404,
    title: 'There is no such tenant, or the user is not a member of it',
    fix: 'Check the tenant claim and the membership of the user.',
  },
  // pool
  STATEMENT_REFUSED: {
    status: 500,
    title: 'The pool refuses this kind of statement',
    fix: 'Use the form named above.',
  },
  STATEMENT_IN_BATCH_FAILED: {
    status: 500,
    title: 'Another statement of the batch failed, so all of it was rolled back',
    fix: 'Look at the error of the statement named above.',
  },
  TRANSACTION_ROLLED_BACK: {
    status: 409,
    title: 'COMMIT was answered with ROLLBACK: a statement had failed before',
    fix: 'Let the error leave the transaction, or use a savepoint around its statement.',
  },
  POOL_CHECKOUT_DEADLOCK: {
    status: 503,
    title: 'Every client of the pool is held by scopes that wait for another one',
    fix: 'Inside a transaction use its own handle (tx, client) instead of the pool, or raise max.',
  },
  POOL_UNAVAILABLE: {
    status: 503,
    title: 'The database cannot be reached',
    fix: 'Check that PostgreSQL is up, and the connection string.',
  },
  CONTEXT_ECHO_MISMATCH: {
    status: 500,
    title:
      'The server answered with another tenant context than was sent; the connection was destroyed',
    fix: 'A proxy in between mixes sessions; use a pooler that keeps a transaction on one connection.',
  },
  TENANT_ROW_FOREIGN: {
    status: 500,
    title: 'The database returned a row of another tenant; the connection was destroyed',
    fix: 'Run `npx tenantry doctor`. A table whose rows belong to no tenant is named in the option witness.columns of the pool.',
  },
  // database set-up
  LOGIN_BYPASSES_RLS: {
    status: 500,
    title: 'The login of the pool could bypass row-level security',
    fix: "Connect as a login that is only a member of the app role, or accept: ['login-bypasses-rls'].",
  },
  ROLE_BYPASSES_RLS: {
    status: 500,
    title: 'The app role bypasses row-level security',
    fix: 'Run: alter role app nosuperuser nobypassrls; and let another role own the tables.',
  },
  ROLE_MISSING: {
    status: 500,
    title: 'A role of the pool does not exist, or the login is not a member of it',
    fix: 'Run the migration of `npx tenantry generate`, and: grant app to <login>.',
  },
  DATABASE_NOT_PREPARED: {
    status: 500,
    title: 'The database lacks the functions of Tenantry, or their rights',
    fix: 'Run `npx tenantry generate`, then your migrations.',
  },
  TABLE_NOT_ISOLATED: {
    status: 500,
    title: 'A table that the app role can reach is not isolated by row-level security',
    fix: 'Add ...isolate(t) to the table, or declare it global, then run `npx tenantry generate` and your migrations.',
  },
});

declare global {
  interface TenantryErrorCodes extends Record<keyof typeof coreErrors, true> {}
}
