import type pg from 'pg';

/** Ids of the seed, readable in a failed expectation. */
const id = (n: number) => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;

/** The tenant that acts in the tests. */
export const acme = { id: id(1), user: id(2), project: id(3), task: id(4) } as const;
/** The tenant that must stay out of reach. */
export const globex = { id: id(11), user: id(12), project: id(13), task: id(14) } as const;

/** Fills the fixture schema, as a superuser: the same shape of rows for both tenants. */
export async function seed(client: pg.Client): Promise<void> {
  for (const [slug, tenant] of Object.entries({ acme, globex })) {
    const run = (text: string, ...values: unknown[]) => client.query(text, values);
    await run('insert into organizations (id, name, slug) values ($1, $2, $2)', tenant.id, slug);
    await run('insert into users (id, email) values ($1, $2)', tenant.user, `${slug}@example.com`);
    await run(
      'insert into memberships (organization_id, user_id) values ($1, $2)',
      tenant.id,
      tenant.user,
    );
    await run(
      'insert into projects (organization_id, id, name) values ($1, $2, $3), ($1, gen_random_uuid(), $3)',
      tenant.id,
      tenant.project,
      slug,
    );
    await run(
      'insert into tasks (organization_id, id, project_id, related_project_id, title) values ($1, $2, $3, $3, $4)',
      tenant.id,
      tenant.task,
      tenant.project,
      slug,
    );
    await run('insert into invoices (organization_id, total) values ($1, 10)', tenant.id);
    await run(
      'insert into invoice_lines (organization_id, invoice_id, text) select $1::uuid, id, $2 from invoices where organization_id = $1',
      tenant.id,
      slug,
    );
    await run('insert into notes (project_id, body) values ($1, $2)', tenant.project, slug);
  }
  await client.query("insert into plans (id, price) values ('free', 0), ('pro', 29)");
  await client.query("insert into webhook_events (id, payload) values ('evt_1', '{}')");
}
