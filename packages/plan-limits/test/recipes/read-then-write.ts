import type pg from 'pg';

/** A counter that is read, compared and written: everybody writes the figure that all of them read. */
export async function countCall(pool: pg.Pool, organization: string, limit: number) {
  const key = [organization, 'apiCalls', '2026-01-01'];
  const where = 'organization_id = $1 and feature = $2 and period_start = $3';
  const { rows } = await pool.query(`select used from usage_counters where ${where}`, key);
  const used = Number(rows[0]?.used ?? 0);
  if (used >= limit) throw new Error('Upgrade for more calls');
  await pool.query(
    `insert into usage_counters (organization_id, feature, period_start, period_end, used)
     values ($1, $2, $3, '2026-02-01', 1)
     on conflict (organization_id, feature, period_start) do update set used = $4`,
    [...key, used + 1],
  );
}
