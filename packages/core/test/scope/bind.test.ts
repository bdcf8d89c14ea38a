import { AsyncLocalStorage } from 'node:async_hooks';
import { EventEmitter, once } from 'node:events';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { defineTenancy, TenantryError } from '../../src/index.ts';
import { acme, ada, coreDatabase, globex, tenancy } from '../support/database.ts';
import { failure } from '../support/wait.ts';

const database = await coreDatabase();
const pool = database.pool({ max: 2 });
const current = () => tenancy.current().organizationId;
const thrown = (fn: () => unknown): unknown => {
  try {
    return fn();
  } catch (error) {
    return error;
  }
};

describe('a bound function', () => {
  test('runs in the scope that it was bound in: of a tenant, of nobody and of another', async () => {
    await tenancy.run({ organizationId: acme, user: ada }, async () => {
      const bound = tenancy.bind(() => tenancy.current());
      const expected = { organizationId: acme, user: ada };
      expect(await tenancy.run(acme, bound)).toMatchObject(expected);
      expect(tenancy.outside(bound)()).toMatchObject(expected);
      const other = tenancy.outside(() => tenancy.run(globex, () => [bound(), current()]));
      expect(await other()).toMatchObject([expected, globex]);
    });
  });

  test('gives the scope back to its caller', async () => {
    await tenancy.run(acme, async () => {
      const bound = tenancy.bind(async () => current());
      const other = tenancy.outside(() =>
        tenancy.run(globex, async () => [await bound(), current(), await pool.query('select 1')]),
      );
      expect((await other()).slice(0, 2)).toEqual([acme, globex]);
    });
  });

  test('keeps parameters, this, length, name, and that it is an async function', async () => {
    await tenancy.run(acme, async () => {
      async function add(this: { base: number }, a: number, b: number) {
        return this.base + a + b;
      }
      const bound = tenancy.bind(add);
      expect(await bound.call({ base: 1 }, 2, 3)).toBe(6);
      expect([bound.length, bound.name]).toEqual([2, 'add']);
      expect(Object.prototype.toString.call(bound)).toBe('[object AsyncFunction]');
      expect(Object.prototype.toString.call(tenancy.bind(() => 1))).toBe('[object Function]');
      const object = { base: 10, add: bound };
      expect(await object.add(1, 1)).toBe(12);
    });
  });

  test('throws what the function throws, and rejects as it rejects', async () => {
    await tenancy.run(acme, async () => {
      const own = new Error('mine');
      const sync = tenancy.bind((): number => {
        throw own;
      });
      expect(thrown(sync)).toBe(own);
      expect(await failure(tenancy.bind(() => Promise.reject(own))())).toBe(own);
    });
  });

  test('has whatever else follows asynchronous calls where it was bound', async () => {
    const trace = new AsyncLocalStorage<string>();
    const bound = await trace.run('of acme', () =>
      tenancy.run(acme, async () => tenancy.bind(() => trace.getStore())),
    );
    expect(trace.run('of globex', bound)).toBe('of acme');
    const outside = trace.run('of acme', () => tenancy.outside(() => trace.getStore()));
    expect(trace.run('of globex', outside)).toBe('of acme');
  });

  test('of a system scope works across tenants, and no further than that scope', async () => {
    const why = { reason: 'a test', actor: 'tests' };
    const count = async () => (await pool.query('select count(*)::int as n from projects')).rows;
    const bound = await tenancy.asSystem(why, async () => {
      const own = tenancy.bind(count);
      expect(await tenancy.outside(() => tenancy.run(acme, own))()).toEqual([{ n: 3 }]);
      return own;
    });
    expect(await failure(bound())).toMatchObject({ code: 'TENANT_SCOPE_ENDED' });
  });

  test('does not join a batch that its caller builds', async () => {
    await tenancy.run(globex, async () => {
      const bound = tenancy.bind(async () => (await pool.query('select 1 as one')).rows);
      const other = tenancy.outside(() =>
        tenancy.run(acme, () => pool.batch(() => [pool.query('select 2'), bound()])),
      );
      expect((await other())[1]).toEqual([{ one: 1 }]);
    });
  });
});

describe('after its scope', () => {
  const leftBehind = () =>
    tenancy.run(acme, async () => ({
      query: tenancy.bind(() => pool.query('select 1')),
      who: tenancy.bind(current),
      mark: tenancy.bind((marks: string[]) => marks.push('called')),
      open: tenancy.bind(() => tenancy.run(acme, current)),
    }));

  test('a bound function is called, and is refused the pool and the tenant', async () => {
    const { query, who, mark } = await leftBehind();
    const marks: string[] = [];
    expect(mark(marks)).toBe(1);
    expect(await failure(query())).toMatchObject({ code: 'TENANT_SCOPE_ENDED' });
    expect(thrown(who)).toMatchObject({ code: 'TENANT_SCOPE_ENDED' });
    await tenancy.run(globex, async () => {
      expect(await failure(query())).toMatchObject({ code: 'TENANT_SCOPE_ENDED' });
    });
  });

  test('it may open a scope of its own', async () => {
    expect(await (await leftBehind()).open()).toBe(acme);
  });

  test('of a scope that was cut short it may not', async () => {
    let late: (() => Promise<unknown>) | undefined;
    const cut = tenancy.run({ organizationId: acme, timeoutMs: 5 }, () => {
      late = tenancy.bind(() => tenancy.run(acme, current));
      return new Promise(() => {});
    });
    expect(await failure(cut)).toMatchObject({ code: 'SCOPE_TIMEOUT' });
    expect(await failure(late?.() as Promise<unknown>)).toMatchObject({ code: 'SCOPE_TIMEOUT' });
  });

  test('binding is refused', async () => {
    let late: Promise<unknown> | undefined;
    const over = new EventEmitter();
    await tenancy.run(acme, () => {
      late = once(over, 'over').then(() => tenancy.bind(current));
    });
    over.emit('over');
    expect(await failure(late as Promise<unknown>)).toMatchObject({ code: 'TENANT_SCOPE_ENDED' });
  });
});

describe('where there is nothing to bind to', () => {
  test('bind says so where it is called, and not where the function is', () => {
    const refused = thrown(() => tenancy.bind(current));
    expect(refused).toMatchObject({ code: 'TENANT_CONTEXT_MISSING' });
    expect(TenantryError.is(refused)).toBe(true);
  });

  test('a scope of another tenancy is none', async () => {
    const workspaces = defineTenancy({ tenant: 'workspace', id: 'uuid' });
    await tenancy.run(acme, async () => {
      expect(thrown(() => workspaces.bind(current))).toMatchObject({
        code: 'TENANT_CONTEXT_MISSING',
      });
    });
  });

  test('outside has no scope, wherever it is called', async () => {
    const outside = tenancy.outside(current);
    expect(thrown(outside)).toMatchObject({ code: 'TENANT_CONTEXT_MISSING' });
    await tenancy.run(acme, async () => {
      expect(thrown(outside)).toMatchObject({ code: 'TENANT_CONTEXT_MISSING' });
      expect(thrown(tenancy.outside(current))).toMatchObject({ code: 'TENANT_CONTEXT_MISSING' });
      expect(current()).toBe(acme);
    });
  });
});

test.each([undefined, null, 'select 1', 42, {}, Promise.resolve()])(
  'what is no function is refused: %s',
  async (given) => {
    const wrong = given as unknown as () => unknown;
    await tenancy.run(acme, () => {
      expect(thrown(() => tenancy.bind(wrong))).toMatchObject({ code: 'CONFIG_INVALID' });
      expect(thrown(() => tenancy.outside(wrong))).toMatchObject({ code: 'CONFIG_INVALID' });
    });
  },
);

test('a generator is refused: it runs where it is read', async () => {
  await tenancy.run(acme, () => {
    for (const generator of [
      async function* () {
        yield 1;
      },
      function* () {
        yield 1;
      },
    ]) {
      const refused = thrown(() => tenancy.bind(generator as () => unknown));
      expect(refused).toMatchObject({ code: 'CONFIG_INVALID' });
      expect((refused as Error).message).toContain('generator');
    }
  });
});

// scopes that open, end, bind and call in any order: a bound function sees its own scope, or none
test('in any order of binding, ending and calling', async () => {
  const step = fc.oneof(
    fc.record({ kind: fc.constant('open' as const), tenant: fc.constantFrom(acme, globex) }),
    fc.record({ kind: fc.constant('end' as const), which: fc.nat(9) }),
    fc.record({ kind: fc.constant('bind' as const), which: fc.nat(9) }),
    fc.record({ kind: fc.constant('call' as const), which: fc.nat(9), from: fc.nat(9) }),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 40 }), async (steps) => {
      interface Open {
        readonly tenant: string;
        readonly inside: <R>(fn: () => R) => R;
        end(): void;
        readonly over: Promise<unknown>;
        open: boolean;
      }
      const scopes: Open[] = [];
      const functions: { readonly of: Open; readonly bound: () => string }[] = [];
      const open = (tenant: string) => {
        let end = () => {};
        let inside: Open['inside'] = (fn) => fn();
        const over = tenancy.run(tenant, () => {
          inside = AsyncLocalStorage.snapshot() as Open['inside'];
          return new Promise<void>((resolve) => {
            end = resolve;
          });
        });
        const scope: Open = { tenant, inside, end: () => end(), over, open: true };
        scopes.push(scope);
      };
      for (const each of steps) {
        if (each.kind === 'open') open(each.tenant);
        const scope = scopes[('which' in each ? each.which : 0) % scopes.length];
        if (scope === undefined) continue;
        if (each.kind === 'end' && scope.open) {
          scope.open = false;
          scope.end();
          await scope.over;
        }
        if (each.kind === 'bind' && scope.open) {
          functions.push({ of: scope, bound: scope.inside(() => tenancy.bind(current)) });
        }
        const called = functions[('which' in each ? each.which : 0) % functions.length];
        if (each.kind === 'call' && called !== undefined) {
          const from = scopes[each.from % scopes.length] as Open;
          const seen = from.inside(() => thrown(called.bound));
          if (called.of.open) expect(seen).toBe(called.of.tenant);
          else expect(seen).toMatchObject({ code: 'TENANT_SCOPE_ENDED' });
        }
      }
      for (const scope of scopes) scope.end();
      await Promise.all(scopes.map(({ over }) => over));
    }),
    { numRuns: 60 },
  );
});
