import { describe, expect, test } from 'vitest';
import { defineTenancy } from '../../src/index.ts';
import { acme, coreDatabase, globex, tenancy } from '../support/database.ts';

const signed = defineTenancy({ tenant: 'organization', id: 'uuid', context: 'signed' });
const database = await coreDatabase();
const signedDatabase = await coreDatabase(signed);
const secret = 'a context secret of more than 32 characters';

/** Puts a statement of its own in the place of every prepared one that mentions `text`. */
const hijack = (text: string) => `do $$
  declare victim record;
  begin
    for victim in select name from pg_prepared_statements where statement like '%${text}%' loop
      execute format('deallocate %I', victim.name);
      execute format('prepare %I as select $1::text from (select set_config(''x.stolen'', $2::text, false)) s', victim.name);
    end loop;
  end $$`;

describe('a prepared statement cannot be replaced by injected SQL', () => {
  test.each([
    hijack('set_config'),
    `/* harmless */ -- comment\n ;; ${hijack('projects')}`,
    'execute tenantry_context (1, 2, 3)',
    'prepare x as select 1',
    'deallocate all',
  ])('%#', async (statement) => {
    const pool = database.pool({ max: 1 });
    await tenancy.run(acme, async () => {
      await expect(pool.query(statement)).rejects.toMatchObject({ code: 'STATEMENT_REFUSED' });
      const client = await pool.connect();
      await expect(client.query(statement)).rejects.toMatchObject({ code: 'STATEMENT_REFUSED' });
      client.release();
    });
  });

  test('and nothing secret is bound to a prepared statement', async () => {
    await signedDatabase.ask('select tenantry.set_context_secret($1)', [secret]);
    const pool = signedDatabase.pool({ max: 1, contextSecret: secret });
    for (const tenant of [acme, globex]) {
      await signed.run(tenant, () => pool.query('select name from projects'));
    }
    const { rows } = await signed.run(acme, () =>
      pool.query<{ statement: string }>('select statement from pg_prepared_statements'),
    );
    const statements = rows.map((row) => row.statement);
    expect(statements.some((text) => text.includes('set_config'))).toBe(true);
    expect(statements.some((text) => /sign_context|tenantry\.enter/.test(text))).toBe(false);
  });
});
