/** In which order code and database change. */
export interface DeployOrder {
  /** The change. */
  readonly change: string;
  readonly order:
    | 'migrate, then deploy'
    | 'deploy the new code first'
    | 'stop the old code first'
    | 'two releases';
  /** How both versions keep running, or why they cannot. */
  readonly how: string;
}

const order = (change: string, of: DeployOrder['order'], how: string): DeployOrder => ({
  change,
  order: of,
  how,
});

const view =
  'to keep both running, make a view of the old name in a migration of your own behind this one, and drop it when the old code is gone';

/**
 * The kinds of change, and the deploy order of each. The guide on migrations shows them as a table.
 */
export const deployOrders = {
  'column added': order(
    'a column is added, nullable or with a default',
    'migrate, then deploy',
    'code from before does not name it',
  ),
  'column required': order(
    'a column is added that is not null and has no default',
    'two releases',
    'add it nullable, deploy code that writes it, and make it not null in the next release',
  ),
  'column not null': order(
    'a column becomes not null, or loses the default that it needs',
    'deploy the new code first',
    'code from before may leave it out, and fails with `23502` then',
  ),
  'column dropped': order(
    'a column is dropped, or goes with another kind of table such as `isolateThrough`',
    'deploy the new code first',
    'code from before names it and fails with `42703`',
  ),
  'required column dropped': order(
    'a column is dropped that is not null and has no default',
    'two releases',
    'make it nullable, deploy code that does not name it, and drop it in the next release',
  ),
  'column renamed': order(
    'a column is renamed',
    'stop the old code first',
    'to keep both running, add the new column beside it, deploy code that writes both, fill it, and drop the old one later',
  ),
  'type widened': order(
    'a type becomes wider, as `smallint` to `integer` or `varchar` to `text`',
    'migrate, then deploy',
    'what code from before reads and writes fits',
  ),
  'type changed': order(
    'a type changes otherwise, also `integer` to `bigint`, which drivers read as text',
    'stop the old code first',
    'to keep both running, add a column of the new type beside it, deploy code that writes both, fill it, and drop the old one later',
  ),
  'table added': order(
    'a table is added',
    'migrate, then deploy',
    'code from before does not name it',
  ),
  'table dropped': order(
    'a table or a view is dropped',
    'deploy the new code first',
    'code from before names it and fails with `42P01`',
  ),
  'table renamed': order('a table is renamed', 'stop the old code first', view),
  'table moved': order('a table moves to another schema', 'stop the old code first', view),
  'rights lost': order(
    'a role may do less with a table: it becomes `shared` or `systemOnly`, its `access` is `read` or `append`, a column is `readOnly`',
    'deploy the new code first',
    'code from before that still does it fails with `42501`',
  ),
  'rights gained': order(
    'a role may do more with a table',
    'migrate, then deploy',
    'code from before does not do it',
  ),
  'becomes isolated': order(
    'a shared table becomes isolated',
    'two releases',
    'deploy code that reads it in the scope of a tenant, migrate, and deploy code that writes it; code from before sees only the rows of its tenant, and outside of a scope none',
  ),
  'search or feature added': order(
    '`searchable`, `audited`, or a feature is added',
    'migrate, then deploy',
    'code from before does not call it; its triggers and limits work for that code too',
  ),
  'function gone': order(
    '`searchable` or a feature is removed',
    'deploy the new code first',
    'code from before that calls its functions fails with `42883`',
  ),
  'function changed': order(
    'a function takes other parameters, as after an upgrade of Tenantry',
    'stop the old code first',
    'code from before and code from now call it differently',
  ),
  'role renamed': order(
    'a role is renamed',
    'two releases',
    "`previous: { roles: { app: 'app' } }` in tenantry.config.ts: the old role becomes a member of the new one, and both work. Deploy, take `previous` out, generate again: the old role then fails with `42501`",
  ),
  'context signed': order(
    'a plain context becomes signed',
    'two releases',
    "`context: 'signed'` with `previous: { context: 'plain' }`: both are taken. Run `set_context_secret`, deploy, take `previous` out",
  ),
  'context plain': order(
    'a signed context becomes plain',
    'two releases',
    "the same `previous` first, then code with a plain context, then `context: 'plain'`",
  ),
  'word renamed': order(
    'the word of the tenant changes',
    'stop the old code first',
    'a column and a setting change their names; migrate, and start the new code',
  ),
} as const satisfies Readonly<Record<string, DeployOrder>>;

/** A kind of change. */
export type ChangeKind = keyof typeof deployOrders;

/** A sentence for a migration: `order: deploy the new code first: column name of projects is dropped; …`. */
export const orderNote = (kind: ChangeKind, what: string): string => {
  const { order: of, how } = deployOrders[kind];
  return `order: ${of}: ${what}; ${how}.`;
};
