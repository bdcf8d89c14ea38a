import { type ErrorEntry, entry } from './entry.ts';

/** Scope, input, pool and set-up. */
export const coreCodes = {
  // scope
  TENANT_CONTEXT_MISSING: entry(
    500,
    'A statement ran outside a tenant scope',
    'Run it inside tenancy.run(id, fn), pool.enter(…) or the middleware; for cross-tenant work use tenancy.asSystem({ reason, actor }, fn).',
  ),
  TENANT_SCOPE_ENDED: entry(
    500,
    'A scope, client or transaction was used after its scope had ended',
    'Await all database work before the scope ends; do not keep clients or transactions for later.',
  ),
  TENANT_SWITCH_REFUSED: entry(
    500,
    'A scope tried to become another tenant or another user',
    'Let the outer scope end first, or do cross-tenant work in tenancy.asSystem({ reason, actor }, fn).',
  ),
  SCOPE_WORK_UNFINISHED: entry(
    500,
    'A scope ended while its database work was still under way; that work was cancelled',
    'Await every query, end every transaction and release every client before the scope returns.',
  ),
  SCOPE_TIMEOUT: entry(
    504,
    'A scope reached its time limit; its unfinished database work was cancelled',
    'Raise timeoutMs for this scope, or make its work shorter.',
  ),
  SCOPE_ABORTED: entry(
    499,
    'A scope was aborted by its signal; its unfinished database work was cancelled',
    'Nothing to fix when the caller went away; otherwise look at who aborts the signal.',
  ),
  SYSTEM_REASON_MISSING: entry(
    500,
    'System access needs a reason and an actor',
    "Call tenancy.asSystem({ reason: 'nightly invoice sweep', actor: 'cron' }, fn).",
  ),
  CAPTURE_INVALID: entry(
    401,
    'A captured scope is malformed, forged, expired or of another tenancy',
    'Resume only tokens made by capture() with one of the configured secrets, before they expire.',
  ),
  // bad input
  CONFIG_INVALID: entry(500, 'The configuration is not valid', 'Correct the option named above.'),
  TENANT_ID_MALFORMED: entry(
    400,
    'The tenant id does not have the form that this tenancy uses',
    'Pass the id as it is stored, without surrounding text.',
  ),
  TENANT_CLAIM_MISSING: entry(
    400,
    'The request names no tenant',
    'Send the tenant in the way that the resolvers of this application read it.',
  ),
  TENANT_CLAIM_MALFORMED: entry(
    400,
    'The request names a tenant in a malformed way',
    'Send exactly one well-formed tenant claim.',
  ),
  TENANT_CLAIM_CONFLICT: entry(
    400,
    'The request names two different tenants',
    'Send one claim, or the same tenant in each of them.',
  ),
  TOKEN_INVALID: entry(
    401,
    'The token is not valid',
    'Send a token that is signed by the configured issuer, not expired, and meant for this audience.',
  ),
  TOKEN_KEYS_UNAVAILABLE: entry(
    503,
    'The keys that verify tokens cannot be fetched',
    'Check jwksUrl, and that this server can reach it.',
  ),
  NOT_AUTHENTICATED: entry(
    401,
    'Nobody is signed in',
    "Sign in first; for pages open to everyone set access: 'public' on the middleware.",
  ),
  TENANT_NOT_FOUND: entry(
    404,
    'There is no such tenant, or the user is not a member of it',
    'Check the tenant claim and the membership of the user.',
  ),
  // pool
  STATEMENT_REFUSED: entry(
    500,
    'The pool refuses this kind of statement',
    'Use the form named above.',
  ),
  STATEMENT_IN_BATCH_FAILED: entry(
    500,
    'Another statement of the batch failed, so the whole batch was rolled back',
    'Look at the error of the statement named above.',
  ),
  TRANSACTION_ROLLED_BACK: entry(
    409,
    'COMMIT was answered with ROLLBACK, because a statement of the transaction had failed before',
    'Let the error of a failed statement leave the transaction, or use a savepoint around it.',
  ),
  POOL_CHECKOUT_DEADLOCK: entry(
    503,
    'Every client of the pool is held by scopes that wait for another client',
    'Inside a transaction use its own handle (tx, client) instead of the pool, or raise max.',
  ),
  POOL_UNAVAILABLE: entry(
    503,
    'The database cannot be reached',
    'Check that PostgreSQL is up, and the connection string.',
  ),
  CONTEXT_ECHO_MISMATCH: entry(
    500,
    'The server answered with another tenant context than the one that was sent; the connection was destroyed',
    'A proxy between the application and PostgreSQL mixes sessions; use a transaction-mode pooler that keeps a transaction on one server connection.',
  ),
  // database set-up
  LOGIN_BYPASSES_RLS: entry(
    500,
    'The login of the pool could bypass row-level security',
    "Connect as a login that is only a member of the app role; or accept it by name: accept: ['login-bypasses-rls'].",
  ),
  ROLE_BYPASSES_RLS: entry(
    500,
    'The app role bypasses row-level security',
    'Run: alter role app nosuperuser nobypassrls; and let another role own the tables.',
  ),
  ROLE_MISSING: entry(
    500,
    'A role that the pool takes on does not exist, or the login is not a member of it',
    'Run the migration that `npx tenantry generate` wrote, and: grant app to <login>.',
  ),
  DATABASE_NOT_PREPARED: entry(
    500,
    'The database lacks the functions of Tenantry, or their rights',
    'Run `npx tenantry generate`, then your migrations.',
  ),
  TABLE_NOT_ISOLATED: entry(
    500,
    'A table that the app role can reach is not isolated by row-level security',
    'Add ...isolate(t) to the table, or declare it global; then run `npx tenantry generate` and your migrations. A table of another library is exempt by name, with a reason.',
  ),
} as const satisfies Record<string, ErrorEntry>;
