import { describe, expect, test } from 'vitest';
import { createTenantGate, fetchRequest, type SignedIn } from '../../src/adapter/index.ts';
import { header } from '../../src/resolvers/index.ts';
import { countedPool } from '../support/counted.ts';
import { ada, coreDatabase, tenancy } from '../support/database.ts';

const database = await coreDatabase();
const { pool, during } = await countedPool(database);

const ask = <R>(
  user: SignedIn,
  run: () => R | Promise<R>,
  { slug = 'acme', verify = 'now' as 'now' | 'with-first-statement' } = {},
) =>
  createTenantGate(pool, (request: Request) => fetchRequest(request), {
    resolve: header('x-organization', { by: 'slug' }),
    verify,
    user: () => user,
  })(new Request('http://a', { headers: { 'x-organization': slug } }), run);

describe.each(['now', 'with-first-statement'] as const)('a proof, with verify: %s', (verify) => {
  test('travels with the check of the membership, before the handlers', async () => {
    const proven: unknown[] = [];
    const proof = async () => {
      const { rows } = await pool.query('select count(*)::int as n from projects');
      proven.push(rows[0].n, tenancy.current().user);
    };
    const request = () => ask({ id: ada, proof }, () => proven.push('handler'), { verify });
    await request();
    proven.length = 0;
    expect((await during(request)).roundTrips).toBe(1);
    expect(proven).toEqual([2, ada, 'handler']);
  });

  test('that fails lets nobody in', async () => {
    const refused = new Error('no proof');
    const asked = ask(
      {
        id: ada,
        proof: async () => {
          await pool.query('select 1');
          throw refused;
        },
      },
      () => expect.unreachable('the handler ran'),
      { verify },
    );
    await expect(asked).rejects.toBe(refused);
  });

  test('does not make a member of a stranger', async () => {
    const strange = ask(
      { id: ada, proof: () => pool.query('select 1') },
      () => expect.unreachable('the handler ran'),
      { slug: 'globex', verify },
    );
    await expect(strange).rejects.toMatchObject({ code: 'TENANT_NOT_FOUND' });
  });

  test('that asks nobody is refused, because nothing has checked the membership', async () => {
    const asked = ask({ id: ada, proof: () => true }, () => expect.unreachable(), { verify });
    await expect(asked).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
  });
});

test('a proof is a function', async () => {
  const wrong = ask({ id: ada, proof: 'key' as never }, () => expect.unreachable());
  await expect(wrong).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
});
