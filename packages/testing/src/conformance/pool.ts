import { strict as assert } from 'node:assert';
import { AsyncResource } from 'node:async_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import type { TestRunner } from './adapter-harness.ts';
import type { PoolHarness } from './pool-harness.ts';

/** An async context outside every scope. */
const outside = new AsyncResource('tenantry-conformance');

/**
 * The required behaviours of every library on the tenant pool, with a real PostgreSQL. Drizzle, Kysely
 * and raw pg pass it, and your library should pass it too. It throws plain assertion errors, so it works
 * in any test runner.
 *
 * @example
 * ```ts
 * poolConformance({ describe, it, afterAll }, { name: 'drizzle', library, pool, tenants, run, committed });
 * ```
 */
export function poolConformance<Handle>(runner: TestRunner, harness: PoolHarness<Handle>): void {
  const { describe, it } = runner;
  const { library, pool, run, committed, tenants } = harness;
  const [first, second] = tenants;
  const { handle } = library;
  const unique = texts(harness.name);

  const readsOnly = async (tenant: string, from: Handle = handle): Promise<void> => {
    const rows = await library.read(from);
    assert.ok(rows.length > 0, 'the tenant has rows, and none were read');
    assert.deepEqual([...new Set(rows.map((row) => row.tenant))], [tenant]);
  };
  const tenantsOf = async (text: string) => (await committed(text)).map((row) => row.tenant);

  describe(`${harness.name} on the tenant pool`, () => {
    it('reads the rows of its tenant without any filter', async () => {
      for (const tenant of tenants) await run(tenant, () => readsOnly(tenant));
    });

    it('writes for its tenant without saying so', async () => {
      const text = unique();
      await run(first, () => library.insert(handle, text));
      assert.deepEqual(await tenantsOf(text), [first]);
    });

    it('cannot write for another tenant, nor change its rows', async () => {
      const text = unique();
      const foreign = run(first, () => library.insertFor(handle, second, text));
      await rejects(foreign, '42501');
      await run(second, () => library.insert(handle, text));
      assert.equal(await run(first, async () => library.rename(handle, text, unique())), 0);
      assert.deepEqual(await tenantsOf(text), [second]);
    });

    it('is refused outside of every scope, in a transaction too', async () => {
      await rejects(library.read(handle), 'TENANT_CONTEXT_MISSING');
      await rejects(library.insert(handle, unique()), 'TENANT_CONTEXT_MISSING');
      const outside = library.transaction(handle, async (tx) => library.read(tx));
      await rejects(outside, 'TENANT_CONTEXT_MISSING');
    });

    it('commits a transaction, with its tenant in every statement', async () => {
      const text = unique();
      await run(second, () =>
        library.transaction(handle, async (tx) => {
          await readsOnly(second, tx);
          await library.insert(tx, text);
          await readsOnly(second, tx);
          assert.deepEqual(await committed(text), [], 'it must not be seen before the commit');
        }),
      );
      assert.deepEqual(await tenantsOf(text), [second]);
    });

    it('rolls a transaction back when its function fails', async () => {
      const text = unique();
      const own = new Error('mine');
      const failing = run(first, () =>
        library.transaction(handle, async (tx) => {
          await library.insert(tx, text);
          throw own;
        }),
      );
      assert.equal(await failing.catch((error) => error), own);
      assert.deepEqual(await committed(text), []);
    });

    it('rolls a transaction back when a statement in it fails', async () => {
      const text = unique();
      const failing = run(first, () =>
        library.transaction(handle, async (tx) => {
          await library.insert(tx, text);
          await library.fail(tx);
        }),
      );
      await rejects(failing, '22012');
      assert.deepEqual(await committed(text), []);
      await run(second, () => readsOnly(second));
    });

    const { savepoint } = library;
    if (savepoint !== undefined) {
      it('keeps the tenant and the rest of the work when a savepoint fails', async () => {
        const [kept, lost] = [unique(), unique()];
        await run(first, () =>
          library.transaction(handle, async (tx) => {
            await library.insert(tx, kept);
            const failing = savepoint(tx, async (inner) => {
              await library.insert(inner, lost);
              await library.fail(inner);
            });
            await rejects(failing, '22012');
            await savepoint(tx, (inner) => readsOnly(first, inner));
            await readsOnly(first, tx);
          }),
        );
        assert.deepEqual(await tenantsOf(kept), [first]);
        assert.deepEqual(await committed(lost), []);
      });
    }

    it('keeps two tenants apart that run at once', async () => {
      const scopes = Array.from({ length: 40 }, (_, i) => {
        const tenant = i % 2 === 0 ? first : second;
        return run(tenant, async () => {
          await readsOnly(tenant);
          await library.transaction(handle, async (tx) => {
            await readsOnly(tenant, tx);
            await sleep(1);
            await readsOnly(tenant, tx);
          });
          await library.fail(handle).then(
            () => assert.fail('division by zero was accepted'),
            () => undefined,
          );
          await readsOnly(tenant);
        });
      });
      await Promise.all(scopes);
    });

    it('goes on after errors: no client is lost', async () => {
      for (let i = 0; i < 30; i++) {
        await rejects(
          run(first, () => library.fail(handle)),
          '22012',
        );
      }
      await run(second, () => readsOnly(second));
      assert.equal(pool.idleCount, pool.totalCount);
      assert.equal(pool.waitingCount, 0);
    });

    it('sends a batch, all of it or nothing', async () => {
      const [kept, lost] = [unique(), unique()];
      const [rows] = await run(first, () =>
        pool.batch(() => [library.read(handle), library.insert(handle, kept)]),
      );
      for (const row of rows as readonly { tenant: string }[]) assert.equal(row.tenant, first);
      assert.deepEqual(await tenantsOf(kept), [first]);
      const failing = run(first, () =>
        pool.batch(() => [library.insert(handle, lost), library.fail(handle)]),
      );
      await rejects(failing, '22012');
      assert.deepEqual(await committed(lost), []);
    });

    it('cannot use a transaction in another scope, nor when its own is over', async () => {
      let kept: Handle | undefined;
      await run(first, () =>
        library.transaction(handle, async (tx) => {
          kept = tx;
          await readsOnly(first, tx);
          await beside(second, run, () => rejects(library.read(tx), 'TENANT_SWITCH_REFUSED'));
          await readsOnly(first, tx);
        }),
      );
      // some libraries refuse themselves, with their own message
      await assert.rejects(async () => library.read(kept as Handle));
      await assert.rejects(run(second, async () => library.read(kept as Handle)));
    });

    it('cannot leave a transaction running when its scope ends', async () => {
      const text = unique();
      let end = () => {};
      const over = new Promise<void>((resolve) => {
        end = resolve;
      });
      let left: Promise<unknown> | undefined;
      const leaving = run(first, async () => {
        await new Promise<void>((begun, failed) => {
          left = library.transaction(handle, async (tx) => {
            await library.insert(tx, text);
            begun();
            await over;
            await library.insert(tx, text);
          });
          left.catch(failed);
        });
      });
      await rejects(leaving, 'SCOPE_WORK_UNFINISHED').finally(end);
      await rejects(left as Promise<unknown>, 'TENANT_SCOPE_ENDED');
      assert.deepEqual(await committed(text), []);
      await run(second, () => readsOnly(second));
    });
  });
}

/** Runs `fn` in a scope of `tenant` that is not nested in the caller's scope. */
function beside(
  tenant: string,
  run: PoolHarness<unknown>['run'],
  fn: () => Promise<void>,
): Promise<void> {
  return outside.runInAsyncScope(() => run(tenant, fn));
}

/** Texts that no other test, library or run uses. */
function texts(name: string): () => string {
  let count = 0;
  const run = Math.random().toString(36).slice(2);
  return () => `${name} ${run} ${++count}`;
}

/** Asserts that a promise rejects with this code, which a library may have wrapped in its own error. */
async function rejects(work: PromiseLike<unknown>, code: string): Promise<void> {
  const error = await Promise.resolve(work).then(
    () => assert.fail(`expected an error with code ${code}`),
    (reason: unknown) => reason,
  );
  const codes: unknown[] = [];
  for (let each = error; each instanceof Error; each = each.cause) {
    codes.push((each as { code?: unknown }).code);
  }
  assert.ok(codes.includes(code), `expected code ${code}, got ${codes.join(' < ')}: ${error}`);
}
