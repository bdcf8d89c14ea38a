import type pg from 'pg';

/**
 * What articles show: count, compare, insert. Two round trips, and whoever counts at the same time
 * sees the same figure.
 */
export async function countThenInsert(
  pool: Pick<pg.Pool, 'query'>,
  tenant: string,
  limit: number,
  name: string,
): Promise<boolean> {
  const { rows } = await pool.query<{ count: string }>(
    'select count(*) from plain_projects where organization_id = $1',
    [tenant],
  );
  if (Number(rows[0]?.count) >= limit) return false;
  await pool.query('insert into plain_projects (organization_id, name) values ($1, $2)', [
    tenant,
    name,
  ]);
  return true;
}
