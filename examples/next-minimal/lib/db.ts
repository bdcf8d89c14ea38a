import { sharedTenantPool } from '@tenantry/core/next';
import { tenancy } from './tenancy';

export const pool = sharedTenantPool(tenancy, {
  connectionString: process.env.DATABASE_URL,
  system: { connectionString: process.env.DATABASE_URL_SYSTEM },
  max: 4,
});

export interface Project {
  readonly id: string;
  readonly name: string;
}

export const listProjects = async () =>
  (await pool.query<Project>('select id, name from projects order by name')).rows;

export async function addProject(name: string): Promise<void> {
  await pool.query('insert into projects (name) values ($1)', [name]);
}
