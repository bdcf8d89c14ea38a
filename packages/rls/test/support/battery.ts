import type pg from 'pg';
import { acme, globex } from './seed.ts';

/** What an attacker has who can put any SQL into a statement of acme. */
export interface Attacker {
  readonly client: pg.Client;
  /** A signature that globex's own scope was given in an earlier transaction of this connection. */
  readonly replayed: string;
  /** A signature that globex's scope holds at this moment on another connection. */
  readonly concurrent: string;
}

/** An attack: statements that run in acme's transaction, in order. */
export type Attack = (attacker: Attacker) => readonly string[];

const become = (value = globex.id) => `set_config('app.organization_id', '${value}', true)`;
const read = 'select * from public.projects';
// Plans its query at run time, so one statement can change the context and then read under it.
const readLater = `query_to_xml('${read}', true, true, '')`;
const zeros = '0'.repeat(64);

/** Attacks that a setting without a signature cannot withstand. */
export const forging: Readonly<Record<string, Attack>> = {
  'set_config inside a SELECT': () => [`select ${become()}, ${readLater}`],
  'set_config inside a CTE': () => [
    `with other as materialized (select ${become()}) select ${readLater} from other`,
  ],
  'set_config inside a WHERE': () => [
    `select 1 from public.projects where ${become()} is not null and ${readLater} is not null limit 1`,
    read,
  ],
  'set_config inside a function': () => [`do $$ begin perform ${become()}; end $$`, read],
  'SET LOCAL': () => [`set local app.organization_id = '${globex.id}'`, read],
  'set_config before a savepoint is rolled back to': () => [
    'savepoint a',
    'select 1',
    `select ${become()}`,
    'savepoint b',
    'rollback to b',
    read,
  ],
  'replay of a signature from an earlier transaction': ({ replayed }) => [
    `select ${become(replayed)}`,
    read,
  ],
  'replay of a signature from another connection': ({ concurrent }) => [
    `select ${become(concurrent)}`,
    read,
  ],
};

/** Attacks that neither context may give in to. */
export const others: Readonly<Record<string, Attack>> = {
  'the own signature under the other name': () => [
    `select set_config('app.organization_id', '${globex.id}|' || split_part(current_setting('app.organization_id'), '|', 2), true)`,
    // Without a signature this is plain forging, so only the signed context is asked.
    `select case when current_setting('app.organization_id') like '%|_%' then ${readLater} end`,
  ],
  'a guessed signature': () => [`select ${become(`${globex.id}|${zeros}`)}`, read],
  'an empty signature': () => [`select ${become(`${globex.id}|`)}`, read],
  'a signature that is NULL': () => [
    `select set_config('app.organization_id', '${globex.id}|' || null, true)`,
    read,
  ],
  'a tenant that carries its own separator': () => [
    `select set_config('app.organization_id', '${globex.id}|' || current_setting('app.organization_id'), true)`,
    read,
  ],
  'reading the key': () => ['select * from tenantry.context_key'],
  'changing the key': () => ["update tenantry.context_key set secret_hashes = '{}'"],
  'reading the functions for the key': () => [
    "select prosrc, pg_get_functiondef(oid) from pg_proc where pronamespace = 'tenantry'::regnamespace",
    'select query from pg_stat_activity',
    'select statement from pg_prepared_statements',
  ],
  'asking for a signature': () => [
    `select set_config('app.organization_id', '${globex.id}|' || tenantry.context_signature('${globex.id}'), true)`,
    read,
  ],
  'signing with a guessed secret': () => [
    `select tenantry.sign_context('${globex.id}', 'secret')`,
    read,
  ],
  'signing with an empty secret': () => [`select tenantry.sign_context('${globex.id}', '')`, read],
  'signing with a NULL secret': () => [`select tenantry.sign_context('${globex.id}', null)`, read],
  'setting a secret': () => ["select tenantry.set_context_secret('secret')"],
  'replacing helpers through pg_temp': () => [
    `create function pg_temp.current_setting(text, boolean) returns text language sql as $$ select '${globex.id}|x' $$`,
    `create function pg_temp.context_signature(text) returns text language sql as $$ select 'x' $$`,
    `create function pg_temp.split_part(text, text, integer) returns text language sql as $$ select '${globex.id}' $$`,
    `create function pg_temp.current_tenant() returns uuid language sql as $$ select '${globex.id}'::uuid $$`,
    'set local search_path = pg_temp, tenantry, public, pg_catalog',
    read,
  ],
  'replacing helpers and operators through a schema of its own': () => [
    `create function playground.current_setting(text, boolean) returns text language sql as $$ select '${globex.id}' $$`,
    `create function playground.current_setting(text) returns text language sql as $$ select '${globex.id}' $$`,
    `create function playground.split_part(text, text, integer) returns text language sql as $$ select '${globex.id}' $$`,
    'create function playground.always(text, text) returns boolean immutable language sql as $$ select length($2) > 0 $$',
    'create operator playground.= (leftarg = text, rightarg = text, function = playground.always)',
    'create operator playground.<> (leftarg = text, rightarg = text, function = playground.always)',
    'set local search_path = playground, pg_catalog',
    read,
  ],
  'replacing the key table through pg_temp': () => [
    'create temp table context_key (one boolean, inner_pad bytea, outer_pad bytea, secret_hashes bytea[])',
    "insert into context_key values (true, '', '', array[sha256('secret')])",
    'set local search_path = pg_temp, tenantry, public, pg_catalog',
    `select tenantry.sign_context('${globex.id}', 'secret')`,
    read,
  ],
  'changing the search_path': () => ["set local search_path = ''", read],
  'becoming the system role': () => [
    `select set_config('role', 'system', true), ${readLater}`,
    read,
  ],
  'becoming the system role by SET': () => ['set local role system', read],
  'becoming the login': () => ['reset role', read],
  'becoming a superuser': () => ['set session authorization postgres', read],
  'switching row security off': () => ['set local row_security = off', read],
  'a statement that globex prepared': () => ['execute prepared_by_globex'],
  'a function that sees rows before the policy': () => [
    "create function pg_temp.leak(text) returns boolean cost 0.0000001 language plpgsql as $$ begin perform set_config('app.leaked', current_setting('app.leaked', true) || $1, true); return true; end $$",
    "select set_config('app.leaked', '-', true)",
    'select count(*) from public.projects where pg_temp.leak(name)',
    "select current_setting('app.leaked')",
  ],
  'an error that quotes a row': () => ['select name::int from public.projects order by name desc'],
};

/** What an attack brought to light, as text: every row and every error. */
export async function loot({ client }: Attacker, statements: readonly string[]): Promise<string> {
  const found: unknown[] = [];
  for (const statement of statements) {
    try {
      const result = await client.query(statement);
      found.push(result.rows);
    } catch (error) {
      const { message, detail } = error as pg.DatabaseError;
      found.push(message, detail);
      break; // the transaction is lost
    }
  }
  return JSON.stringify(found);
}

/** What only globex may see. */
export const secretOfGlobex = 'the secret of the other one';
/** What acme sees of itself. */
export const ownName = 'the name of the own project';

/** Puts the two texts into the projects of the seed. */
export async function hideSecret(root: pg.Client): Promise<void> {
  await root.query('update projects set name = $2 where organization_id = $1', [
    globex.id,
    secretOfGlobex,
  ]);
  await root.query('update projects set name = $2 where organization_id = $1', [acme.id, ownName]);
}
