import { eq } from 'drizzle-orm';
import { expect, it } from 'vitest';
import { deleteColumn } from '../src/actions/board.ts';
import { deleteClient } from '../src/actions/clients.ts';
import { createInvoice } from '../src/actions/invoices.ts';
import { createProject, deleteProject } from '../src/actions/projects.ts';
import { createTask } from '../src/actions/tasks.ts';
import { deleteVaultItem } from '../src/actions/vault.ts';
import { clientHub } from '../src/queries/client-hub.ts';
import { projectBoard } from '../src/queries/projects.ts';
import * as s from '../src/schema/index.ts';
import { codeOf, testWorld } from './support/world.ts';

const { db, pool, as, ask, seeded } = await testWorld();
const asPriya = <T>(work: () => Promise<T>) => as('nair', 'priya', work);
const { clients, projects } = seeded.ids.nair;
const saffron = clients['Ananya Rao'] as string;
const ordering = projects['Ordering site'] as string;

/** How the database spells the rules: table and column → what a deletion of the referenced row does. */
const rules = async (): Promise<Record<string, string>> => {
  const rows = await ask(`
    select conrelid::regclass || '.' || (select string_agg(attname, ',' order by n) from unnest(conkey) with ordinality k (num, n)
             join pg_attribute a on a.attrelid = conrelid and a.attnum = k.num where attname <> 'business_id') as at,
           case confdeltype when 'c' then 'cascade' when 'n' then 'set null' when 'r' then 'restrict' when 'a' then 'no action' end as rule
    from pg_constraint where contype = 'f' and connamespace = 'public'::regnamespace and confrelid <> 'businesses'::regclass`);
  return Object.fromEntries(rows.map(({ at, rule }) => [at, rule]));
};

it('are those of the article, and what follows from them', async () => {
  expect(await rules()).toMatchObject({
    'projects.client_id': 'set null',
    'invoices.client_id': 'set null',
    'vault_items.client_id': 'set null',
    'tasks.project_id': 'cascade',
    'transactions.client_id': 'set null',
    'content_items.client_id': 'set null',
    'assets_domains.client_id': 'set null',
    'assets_cloudflare.client_id': 'set null',
    'assets_github.client_id': 'set null',
    'assets_hosting.client_id': 'set null',
    'assets_social.client_id': 'set null',
    'assets_subscriptions.client_id': 'set null',
    'invoices.project_id': 'set null',
    'vault_items.project_id': 'set null',
    'assets_hosting.vault_item_id': 'set null',
    'assets_domains.hosting_id': 'set null',
    'board_columns.project_id': 'cascade',
    'transactions.invoice_id': 'restrict',
    'tasks.project_id,column_id': 'no action',
    'vault_items.key_version': 'no action',
    'memberships.user_id': 'cascade',
    'personal_tasks.user_id': 'cascade',
    'logins.user_id': 'cascade',
  });
  // whatever belongs to a business goes with it, but for the audit log
  const kept = await ask(`
    select c.relname from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attname = 'business_id'
    where c.relkind in ('r', 'p') and not c.relispartition and c.relnamespace = 'public'::regnamespace
      and not exists (select from pg_constraint f where f.conrelid = c.oid and f.confrelid = 'businesses'::regclass and f.confdeltype = 'c')
      and not exists (select from pg_constraint f where f.conrelid = c.oid and f.contype = 'f' and f.confdeltype = 'c')`);
  expect(kept.map(({ relname }) => relname)).toEqual(['audit_logs']);
});

it('leave projects, invoices, money, secrets and assets when a client goes', async () => {
  await asPriya(async () => {
    const before = await clientHub(db, saffron);
    expect(await deleteClient(db, saffron)).toBe(true);
    expect(await clientHub(db, saffron)).toBeUndefined();
    const unlinked = async (table: string, rows: readonly { id: string }[] = []) => {
      expect([table, rows.length]).not.toEqual([table, 0]);
      const left = await pool.query(
        `select client_id, business_id from ${table} where id = any ($1)`,
        [rows.map(({ id }) => id)],
      );
      const of = { client_id: null, business_id: seeded.businesses.nair };
      expect([table, left.rows]).toEqual([table, rows.map(() => of)]);
    };
    await unlinked('projects', before?.projects);
    await unlinked('invoices', before?.invoices);
    await unlinked('transactions', before?.transactions);
    await unlinked('vault_items', before?.vaultItems);
    await unlinked('content_items', before?.contentItems);
    await unlinked('assets_domains', before?.assets.domains);
    await unlinked('assets_cloudflare', before?.assets.cloudflare);
    await unlinked('assets_github', before?.assets.github);
    await unlinked('assets_hosting', before?.assets.hosting);
    await unlinked('assets_social', before?.assets.social);
    // whom an invoice was for, it still says
    const [invoice] = await db.select().from(s.invoices).where(eq(s.invoices.projectId, ordering));
    expect(invoice?.billTo).toBe('Saffron Kitchens');
  });
});

it('take the tasks along when a project goes, and leave the invoices', async () => {
  await asPriya(async () => {
    const board = await projectBoard(db, ordering);
    expect(board?.columns.flatMap(({ tasks }) => tasks)).toHaveLength(5);
    expect(await deleteProject(db, ordering)).toBe(true);
    expect(await db.$count(s.tasks, eq(s.tasks.projectId, ordering))).toBe(0);
    expect(await db.$count(s.boardColumns, eq(s.boardColumns.projectId, ordering))).toBe(0);
    expect(await db.$count(s.invoices, eq(s.invoices.billTo, 'Saffron Kitchens'))).toBe(1);
  });
});

it('keep a column in which tasks stand', async () => {
  await asPriya(async () => {
    const projectId = await createProject(db, { name: 'A board' });
    const board = await projectBoard(db, projectId);
    const [first, second] = (board?.columns ?? []).map(({ id }) => id) as [string, string];
    await createTask(db, { projectId, columnId: first, title: 'Stays' });
    expect(await codeOf(deleteColumn(db, first))).toBe('23503');
    expect(await deleteColumn(db, second)).toBe(true);
    // a task stands on the board of its own project
    const elsewhere = projects['Brand refresh'] as string;
    expect(
      await codeOf(createTask(db, { projectId: elsewhere, columnId: first, title: 'Astray' })),
    ).toBe('23503');
    expect(await deleteProject(db, projectId)).toBe(true);
  });
});

it('keep an invoice that was paid, also from the system role', async () => {
  const paid = `delete from invoices where business_id = '${seeded.businesses.nair}' and status = 'paid'`;
  expect(await codeOf(asPriya(() => pool.query(paid)))).toBe('none'); // and no row is deleted
  // 23001 from PostgreSQL 18 on, 23503 before
  expect(await codeOf(ask(paid))).toMatch(/^23(001|503)$/);
});

it('leave the server when its credentials go', async () => {
  await asPriya(async () => {
    const [server] = await db.select().from(s.assetsHosting);
    expect(await deleteVaultItem(db, String(server?.vaultItemId))).toBe(true);
    const [left] = await db.select().from(s.assetsHosting);
    expect(left).toMatchObject({ id: server?.id, vaultItemId: null });
    await db.delete(s.assetsHosting);
    const [domain] = await db
      .select()
      .from(s.assetsDomains)
      .where(eq(s.assetsDomains.name, 'saffronkitchens.example'));
    expect(domain?.hostingId).toBeNull();
  });
});

it('cannot delete a client in the article’s own schema, where no reference says what happens', async () => {
  // references(() => clients.id) without onDelete is NO ACTION: the SET NULL of its table is not in its code
  await ask(`create table article_clients (id text primary key);
    create table article_projects (id text primary key, client_id text references article_clients (id));
    insert into article_clients values ('c'); insert into article_projects values ('p', 'c')`);
  expect(await codeOf(ask('delete from article_clients'))).toBe('23503');
});

it('delete everything of a business with it, and keep its audit log', async () => {
  await asPriya(() =>
    createInvoice(db, { billTo: 'X', lines: [{ description: 'x', quantity: 1, rate: 1 }] }),
  );
  const id = seeded.businesses.nair;
  const logged = `select count(*)::int as n from audit_logs where business_id = '${id}'`;
  const [before] = await ask(logged);
  // what was paid keeps its invoice, and both go
  await ask('delete from businesses where id = $1', [id]);
  for (const table of [
    'clients',
    'invoices',
    'transactions',
    'vault_items',
    'vault_keys',
    'usage_counters',
  ])
    expect([table, (await ask(`select from ${table} where business_id = '${id}'`)).length]).toEqual(
      [table, 0],
    );
  const [after] = await ask(logged);
  expect(after.n).toBeGreaterThan(before.n);
});
