import type { TenantPool } from '@tenantry/core';

/** Nothing to ask before: the insert itself is refused, alone, in bulk and by raw SQL. */
export async function addClient(pool: TenantPool) {
  await pool.query("insert into clients (name) values ('New')");
}

export async function addProject(pool: TenantPool) {
  await pool.query("insert into projects (name) values ('New')");
}
