// A process that moves a tenant and is killed at its n-th write to a socket, before or after it.
import { Socket } from 'node:net';
import { createTenantPool, defineTenancy, type TenantPool } from '@tenantry/core';
import { moveTenant } from '../../src/move/move-tenant.ts';

export interface MoverOrder {
  readonly shared: string;
  readonly system: string;
  readonly owners: Readonly<Record<string, string>>;
  readonly tenant: string;
  readonly to: string | null;
  /** Infinity is null in JSON: not at all. */
  readonly killAt: number | null;
  readonly before: boolean;
  /** Default: those of the world of moves. */
  readonly roles?: { readonly app: string; readonly system: string };
  /** Default: that of one server. */
  readonly dialect?: 'postgres' | 'citus';
}

const order = JSON.parse(process.argv[2] as string) as MoverOrder;
const tenancy = defineTenancy({
  tenant: 'organization',
  id: 'uuid',
  dialect: order.dialect,
  roles: order.roles ?? { app: 'placements_app', system: 'placements_system' },
});

let writes = 0;
const { write } = Socket.prototype;
const end = () => process.kill(process.pid, 'SIGKILL');
Socket.prototype.write = function counted(this: Socket, ...args: unknown[]) {
  const last = this.remotePort !== undefined && ++writes === order.killAt;
  if (last && order.before) end();
  const written = Reflect.apply(write, this, args);
  if (last) end();
  return written;
} as typeof write;

const pool = createTenantPool(tenancy, {
  connectionString: order.system,
  system: { connectionString: order.system },
  accept: ['login-bypasses-rls'],
  logger: { warn: () => {} },
}) as unknown as TenantPool;
const moved = await tenancy.asSystem({ reason: 'move', actor: 'test', write: true }, () =>
  moveTenant(
    {
      tenancy,
      pool,
      tenant: order.tenant,
      owners: { connect: (name) => order.owners[name], url: order.shared },
      ledger: { schema: 'drizzle', table: '__drizzle_migrations' },
      waitMs: 10_000,
      progress: () => {},
    },
    order.to,
  ),
);
process.stdout.write(JSON.stringify({ moved: moved ?? null, writes }));
await pool.end();
