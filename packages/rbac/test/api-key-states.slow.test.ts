import { createTenantGate, fetchRequest } from '@tenantry/core/adapter';
import { apiKeys } from '@tenantry/rbac/api-keys';
import { pgTable } from 'drizzle-orm/pg-core';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { rbac, rbacWorld } from './support/world.ts';

const table = pgTable('api_keys', rbac.tables.apiKeys.columns(), (t) => [
  ...rbac.tables.apiKeys.rules(t, { write: 'roles:manage' }),
]);
const { pool, ask, as, organization, member, asSystem } = await rbacWorld({}, { apiKeys: table });
const keys = apiKeys(rbac, { prefix: 'acme' });
const gate = createTenantGate(pool, (request: Request) => fetchRequest(request), {
  resolve: keys.resolver,
  user: keys.user(pool),
});

/** What a secret lets in with; undefined for nobody. */
const held = (key: string): Promise<readonly string[] | undefined> =>
  gate(
    new Request('http://a', { headers: { authorization: `Bearer ${key}` } }),
    () => rbac.snapshot().permissions,
  ).catch((error: { code?: string }) => {
    expect(error.code).toBe('API_KEY_INVALID');
    return undefined;
  });

interface World {
  readonly organizationId: string;
  readonly owner: string;
  readonly maker: string;
}

/** What is true of one key, and how each step changes it. */
class Key {
  roles = new Set(['admin']);
  isMember = true;
  isRevoked = false;
  isExpired = false;
  readonly secrets: { readonly key: string; state: 'current' | 'before' | 'over' }[];
  readonly id: string;
  readonly #world: World;

  constructor(world: World, id: string, key: string) {
    this.#world = world;
    this.id = id;
    this.secrets = [{ key, state: 'current' }];
  }

  get isOpen() {
    return !this.isRevoked && !this.isExpired;
  }

  async step(kind: (typeof steps)[number]): Promise<void> {
    const { organizationId, owner, maker } = this.#world;
    const asOwner = <R>(fn: () => Promise<R>) => as(owner, organizationId, fn);
    const role = (change: 'assign' | 'unassign', name: string) =>
      asSystem(() => rbac.members[change](pool, { organizationId, user: maker, role: name }));
    switch (kind) {
      case 'rotate':
      case 'rotate at once': {
        const overlapSeconds = kind === 'rotate' ? 3600 : 0;
        const done = asOwner(() => keys.rotate(pool, { id: this.id, overlapSeconds }));
        if (!this.isOpen) {
          await expect(done).rejects.toMatchObject({ code: 'API_KEY_UNKNOWN' });
          return;
        }
        const { key } = await done;
        for (const secret of this.secrets) {
          secret.state = overlapSeconds > 0 && secret.state === 'current' ? 'before' : 'over';
        }
        this.secrets.push({ key, state: 'current' });
        return;
      }
      case 'overlap ends':
        await ask(
          "update tenantry.api_key_hashes set ends_at = now() - interval '1 second' where key_id = $1 and ends_at is not null",
          [this.id],
        );
        for (const secret of this.secrets) if (secret.state === 'before') secret.state = 'over';
        return;
      case 'revoke': {
        const done = asOwner(() => keys.revoke(pool, { id: this.id }));
        if (this.isRevoked) await expect(done).rejects.toMatchObject({ code: 'API_KEY_UNKNOWN' });
        else await done;
        this.isRevoked = true;
        return;
      }
      case 'expire':
        await ask("update api_keys set expires_at = now() - interval '1 second' where id = $1", [
          this.id,
        ]);
        this.isExpired = true;
        return;
      case 'demote':
        if (!this.roles.delete('admin') || !this.isMember) return;
        await role('unassign', 'admin');
        return;
      case 'promote':
        if (!this.isMember || this.roles.has('viewer')) return;
        await role('assign', 'viewer');
        this.roles.add('viewer');
        return;
      case 'leave':
        if (!this.isMember) return;
        await asSystem(() => rbac.members.remove(pool, { organizationId, user: maker }));
        this.isMember = false;
        this.roles.clear();
        return;
      case 'come back':
        if (this.isMember) return;
        await asSystem(() =>
          rbac.members.add(pool, { organizationId, user: maker, role: 'viewer' }),
        );
        this.isMember = true;
        this.roles = new Set(['viewer']);
        return;
      default:
        await ask('select tenantry.rbac_changed($1, null)', [organizationId]);
    }
  }

  async agrees(): Promise<void> {
    const wanted =
      !this.isOpen || !this.isMember
        ? undefined
        : this.roles.has('admin')
          ? ['projects:create', 'projects:read']
          : this.roles.has('viewer')
            ? ['projects:read']
            : [];
    for (const { key, state } of this.secrets) {
      expect(await held(key)).toEqual(state === 'over' ? undefined : wanted);
    }
  }
}

const steps = [
  'rotate',
  'rotate at once',
  'overlap ends',
  'revoke',
  'expire',
  'demote',
  'promote',
  'leave',
  'come back',
  'work all members out',
] as const;

test('whatever happens to a key and its maker, it lets in exactly what it should', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.constantFrom(...steps), { maxLength: 8 }), async (path) => {
      const { id: organizationId, owner } = await organization();
      const maker = await member(organizationId, 'admin');
      const { id, key } = await as(maker, organizationId, () =>
        keys.create(pool, { name: 'CI', permissions: ['projects:read', 'projects:create'] }),
      );
      const model = new Key({ organizationId, owner, maker }, id, key);
      await model.agrees();
      for (const step of path) {
        await model.step(step);
        await model.agrees();
      }
    }),
    { numRuns: 25 },
  );
});
