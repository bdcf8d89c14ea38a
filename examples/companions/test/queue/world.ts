import { readFileSync } from 'node:fs';
import { applySchema, createLogins, withClient } from '@tenantry/testing/schema';
import { testDatabase } from '@tenantry/testing/vitest';
import { eq } from 'drizzle-orm';
import { afterAll } from 'vitest';
import { openDatabase } from '../../src/queue/database.ts';
import * as schema from '../../src/queue/schema.ts';
import { tenancy } from '../../src/queue/tenancy.ts';

const { invoices, memberships, organizations } = schema;

export const application = {
  tenancy,
  schema,
  directory: { tenant: organizations.id, member: memberships.userId },
};

export const [acme, globex] = [
  '00000000-0000-4000-8000-00000000000a',
  '00000000-0000-4000-8000-00000000000b',
] as const;
export const [ada, bob] = [
  '00000000-0000-4000-8000-0000000000a1',
  '00000000-0000-4000-8000-0000000000b1',
] as const;
export const memberOf = { [acme]: ada, [globex]: bob };

/** Two tenants with a member each, the pool, and the login of the workers, which owns their schemas. */
export async function queueWorld() {
  const { url } = await testDatabase({
    key: 'companions-queue',
    migrate: async (to) => void (await applySchema(to, application)),
  });
  const logins = await createLogins(url, tenancy);
  const asAdmin = (text: string) => withClient(url, (client) => client.query(text));
  await asAdmin(`
    do $$ begin
      create role jobs login password 'test';
    exception when duplicate_object or unique_violation then null;
    end $$;
    create schema pgboss authorization jobs;
    create schema graphile_worker authorization jobs;
    create schema jobs authorization jobs;
    do $$ begin execute format('grant create on database %I to jobs', current_database()); end $$;
    insert into organizations (id, name) values ('${acme}', 'Acme'), ('${globex}', 'Globex');
    insert into memberships (organization_id, user_id) values ('${acme}', '${ada}'), ('${globex}', '${bob}');
  `);
  const jobsUrl = new URL(url);
  jobsUrl.username = 'jobs';
  jobsUrl.password = 'test';
  const { pool, db } = openDatabase(logins);
  afterAll(() => pool.end());

  const asMember = <R>(organizationId: keyof typeof memberOf, fn: () => Promise<R>) =>
    pool.enter({ claim: { by: 'id', value: organizationId }, user: memberOf[organizationId] }, fn);

  return {
    url,
    jobsUrl: jobsUrl.href,
    logins,
    pool,
    db,
    asAdmin,
    asMember,
    /** Runs a file of SQL as the login of the workers. */
    asJobs: (file: string) =>
      withClient(jobsUrl.href, (client) =>
        client.query(readFileSync(new URL(`../../src/queue/${file}`, import.meta.url), 'utf8')),
      ),
    /** Sends an invoice: what the workers of these tests do. Row-level security chooses the rows. */
    async send({ id }: { id: string }) {
      const { organizationId, user } = tenancy.current();
      const { rowCount } = await pool.query(
        'update invoices set sent = sent + 1, sent_by = $2 where id = $1',
        [id, `${user} of ${organizationId}`],
      );
      if (rowCount !== 1) throw new Error(`no invoice ${id}`);
    },
    /** An invoice as everybody's database sees it. */
    async invoice(id: string) {
      const entry = { reason: 'look at the outcome', actor: 'tests' };
      const [found] = await tenancy.asSystem(entry, () =>
        db.select().from(invoices).where(eq(invoices.id, id)),
      );
      return found;
    },
    insert: (tx: Pick<typeof db, 'insert'>, id: string) =>
      tx.insert(invoices).values({ id, total: 100 }),
  };
}

/** The error that leaves a transaction. */
export const changedMind = new Error('changed my mind');
export const ignoreChange = (error: unknown) => {
  if (error !== changedMind) throw error;
};
