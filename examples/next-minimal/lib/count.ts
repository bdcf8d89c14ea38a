import { pool } from './db';
import { tenantCache } from './tenant';

export const countProjects = tenantCache(
  async () => (await pool.query<{ n: number }>('select count(*)::int n from projects')).rows[0]?.n,
  ['count-projects'],
  { tags: ['projects'] },
);
