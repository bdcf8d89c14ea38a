import { randomUUID } from 'node:crypto';
import type { Queryable } from '@tenantry/core/sql';
import { startFakeStripe } from '@tenantry/stripe-billing/fake';
import Stripe from 'stripe';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { audit, billing, limits, rbac } from '../../src/features.ts';
import { tenancy } from '../../src/tenancy.ts';
import type { ExampleDatabase } from './database.ts';

/** An entry of the log can join this transaction. */
type Transaction = Parameters<typeof audit.log>[0];

/** A transaction of a library, as the features take it: with `query` and `release` of a client of pg. */
export const inTransaction = (
  run: (text: string, values: readonly unknown[]) => Promise<readonly unknown[]>,
) => ({
  query: async (text: string, values: unknown[]) => ({ rows: await run(text, values) }),
  release: () => {},
});

/** What the story asks of a library. */
export interface Library {
  /** Inserts an organization in a transaction, and does what follows in it. */
  createOrganization(
    organization: { name: string; slug: string },
    then: (tx: Queryable, id: string) => Promise<unknown>,
  ): Promise<string>;
  createUser(user: { email: string; name: string }): Promise<string>;
  /** Inserts a project, and does what follows in its transaction. */
  createProject(
    name: string,
    then: (tx: Transaction, id: string) => Promise<unknown>,
  ): Promise<string>;
  /** The names of the projects, in their order. */
  projects(): Promise<string[]>;
  /** Renames all projects that it sees. @returns how many */
  renameAll(name: string): Promise<number>;
  /** The name of an organization by its id, by the library's way to find one row. */
  organization(id: string): Promise<string | undefined>;
  /** The status and the plan of each subscription. */
  subscriptions(): Promise<{ status: string; plan: string | null }[]>;
  /** What the features get as their `db`. */
  readonly db: Queryable;
  close?(): Promise<void>;
}

const system = <R>(fn: () => Promise<R>) =>
  tenancy.asSystem({ reason: 'a test', actor: 'test', write: true }, fn);

/** The code or the SQLSTATE of an error, also where a library has wrapped it. */
export async function codeOf(work: Promise<unknown>): Promise<string> {
  const error = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  const seen: string[] = [];
  const look = (each: unknown, depth: number) => {
    if (typeof each !== 'object' || each === null || depth > 6) return;
    const { code, cause, driverError, original, meta } = each as Record<string, unknown>;
    if (typeof code === 'string') seen.push(code);
    for (const inner of [
      cause,
      driverError,
      original,
      meta,
      (meta as { driverAdapterError?: unknown })?.driverAdapterError,
    ])
      look(inner, depth + 1);
    const { originalCode } = each as { originalCode?: unknown };
    if (typeof originalCode === 'string') seen.push(originalCode);
  };
  look(error, 0);
  return seen.find((code) => code.includes('_')) ?? seen.at(-1) ?? String(error);
}

/** The core flows of an application, through a library on the tenant pool. */
export function story(
  name: string,
  { pool }: ExampleDatabase,
  open: () => Library | Promise<Library>,
): void {
  describe(`on ${name}`, () => {
    let library: Library;
    const slugs = { acme: `acme-${randomUUID()}`, globex: `globex-${randomUUID()}` };
    const ids = { acme: '', globex: '', ada: '', bob: '', vic: '' };
    beforeAll(async () => {
      library = await open();
    });
    afterAll(() => library?.close?.());
    const as = <R>(user: string, slug: string, fn: () => Promise<R>) =>
      pool.enter({ claim: { by: 'slug', value: slug }, user }, fn);

    test('organizations come with their owners, in one transaction', async () => {
      await system(async () => {
        for (const [user, slug] of [
          ['ada', 'acme'],
          ['bob', 'globex'],
        ] as const) {
          ids[user] = await library.createUser({
            email: `${user}-${randomUUID()}@example.test`,
            name: user,
          });
          ids[slug] = await library.createOrganization(
            { name: slug, slug: slugs[slug] },
            (tx, id) =>
              rbac.members.add(tx, { organizationId: id, user: ids[user], role: 'owner' }),
          );
        }
      });
      expect(await as(ids.ada, slugs.acme, () => library.projects())).toEqual([]);
      expect(await codeOf(as(ids.bob, slugs.acme, () => library.projects()))).toBe(
        'TENANT_NOT_FOUND',
      );
    });

    test('a failed step takes the organization with it', async () => {
      const slug = `gone-${randomUUID()}`;
      const failed = system(() =>
        library.createOrganization({ name: 'Gone', slug }, async () => {
          throw new Error('changed my mind');
        }),
      );
      await expect(failed).rejects.toThrow('changed my mind');
      expect(await codeOf(as(ids.ada, slug, () => library.projects()))).toBe('TENANT_NOT_FOUND');
    });

    test('a project, its audit entry and the captured row are one transaction', async () => {
      const log = (tx: Transaction, id: string) =>
        audit.log(tx, 'project.created', {
          resource: ['project', id],
          metadata: { name: 'Rocket' },
        });
      const id = await as(ids.ada, slugs.acme, () => library.createProject('Rocket', log));
      await as(ids.ada, slugs.acme, async () => {
        const { entries } = await audit.query(library.db, {});
        const own = entries.filter(({ resource }) => resource.id === id);
        expect(own.map(({ action }) => action).sort()).toEqual([
          'project.created',
          'projects.inserted',
        ]);
      });
      const half = as(ids.ada, slugs.acme, () =>
        library.createProject('Half', async () => {
          throw new Error('changed my mind');
        }),
      );
      await expect(half).rejects.toThrow('changed my mind');
      expect(await as(ids.ada, slugs.acme, () => library.projects())).toEqual(['Rocket']);
    });

    test('nobody reads or changes the rows of another organization', async () => {
      expect(await as(ids.bob, slugs.globex, () => library.projects())).toEqual([]);
      expect(await as(ids.bob, slugs.globex, () => library.renameAll('Taken'))).toBe(0);
      expect(await as(ids.ada, slugs.acme, () => library.projects())).toEqual(['Rocket']);
      expect(await codeOf(library.projects())).toBe('TENANT_CONTEXT_MISSING');
    });

    test('scopes that run at once stay apart', async () => {
      const found = Array.from({ length: 24 }, (_, i) => {
        const [user, slug] =
          i % 2 === 0 ? ([ids.ada, slugs.acme] as const) : ([ids.bob, slugs.globex] as const);
        return as(user, slug, async () => [
          await library.organization(ids.acme),
          await library.organization(ids.globex),
          await library.projects(),
        ]);
      });
      const of = { acme: ['acme', undefined, ['Rocket']], globex: [undefined, 'globex', []] };
      expect(await Promise.all(found)).toEqual(
        Array.from({ length: 24 }, (_, i) => (i % 2 === 0 ? of.acme : of.globex)),
      );
    });

    test('a viewer reads and does not write', async () => {
      ids.vic = await system(() =>
        library.createUser({ email: `vic-${randomUUID()}@example.test`, name: 'vic' }),
      );
      await system(() =>
        rbac.members.add(library.db, { organizationId: ids.acme, user: ids.vic, role: 'viewer' }),
      );
      await as(ids.vic, slugs.acme, async () => {
        expect(rbac.can('projects:read')).toBe(true);
        expect(rbac.can('projects:write')).toBe(false);
        expect(await library.projects()).toEqual(['Rocket']);
        expect(await library.renameAll('Mine')).toBe(0);
      });
      const refused = as(ids.vic, slugs.acme, () => library.createProject('Mine', async () => {}));
      expect(await codeOf(refused)).toBe('42501');
    });

    test('the plan limits projects and calls', async () => {
      await as(ids.ada, slugs.acme, () => library.createProject('Anvil', async () => {}));
      const third = as(ids.ada, slugs.acme, () => library.createProject('Magnet', async () => {}));
      expect(await codeOf(third)).toMatch(/^(LIMIT_REACHED|TN001)$/);
      await as(ids.ada, slugs.acme, async () => {
        expect(await library.projects()).toEqual(['Anvil', 'Rocket']);
        for (const used of [1, 2, 3])
          expect(await limits.consume(library.db, 'apiCalls')).toMatchObject({ used });
        expect(await codeOf(limits.consume(library.db, 'apiCalls'))).toBe('LIMIT_REACHED');
      });
    });

    test('a payment gives the plan', async () => {
      const fake = await startFakeStripe();
      try {
        fake.call('POST /v1/prices', {
          lookup_key: 'pro_monthly',
          unit_amount: 2900,
          currency: 'usd',
          product_data: { name: 'Pro' },
          recurring: { interval: 'month' },
        });
        const runtime = billing.connect(pool, {
          stripe: new Stripe('sk_test_fake', fake.config),
          livemode: false,
          webhookSecrets: ['whsec_test'],
        });
        fake.sendEvents({ to: (request) => runtime.webhook(request), secret: 'whsec_test' });
        const { session } = await as(ids.ada, slugs.acme, () =>
          runtime.checkout({
            plan: 'pro',
            interval: 'monthly',
            successUrl: 'https://app.example.test/done',
          }),
        );
        fake.completeCheckout(session);
        await fake.deliver();
        await runtime.runOnce();
      } finally {
        await fake.close();
      }
      await as(ids.ada, slugs.acme, async () => {
        expect(await library.subscriptions()).toEqual([{ status: 'active', plan: 'pro' }]);
        await library.createProject('Magnet', async () => {});
        expect(await library.projects()).toEqual(['Anvil', 'Magnet', 'Rocket']);
      });
      expect(await as(ids.bob, slugs.globex, () => library.subscriptions())).toEqual([]);
    });
  });
}
