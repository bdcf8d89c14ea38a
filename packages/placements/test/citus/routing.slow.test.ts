import { definePlacements } from '@tenantry/placements';
import { generate } from '@tenantry/rls/generate';
import { citusUrl } from '@tenantry/testing';
import { beforeAll, describe, expect, test } from 'vitest';
import {
  acme,
  ada,
  application,
  bob,
  citusWorld,
  globex,
  tenancy,
  type World,
  work,
} from './world.ts';

test('a schema for a tenant is refused on Citus', () => {
  const { schema, ...input } = application.input();
  const features = [
    definePlacements(tenancy, {
      connect: () => undefined,
      schemaTables: [application.schema.items],
    }),
  ];
  expect(() => generate({ ...input, schema, features })).toThrow(
    /schemaTables: a schema for a tenant, on Citus/,
  );
});

describe.skipIf(citusUrl() === undefined)('places beside a cluster', () => {
  let world: World;
  let pool: ReturnType<World['open']>;
  beforeAll(async () => {
    world = await citusWorld('eu1');
    pool = world.open();
    await world.tenant(pool, acme, 'acme', ada);
    await world.tenant(pool, globex, 'globex', bob);
  }, 120_000);

  const insert = (title: string) => pool.query('insert into items (title) values ($1)', [title]);
  const titles = async () =>
    (await pool.query('select title from items order by title')).rows.map(({ title }) => title);

  test('a scope works on the cluster', async () => {
    await world.enter(pool, acme, ada, async () => {
      await insert('on the cluster');
      expect(await titles()).toEqual(['on the cluster']);
    });
    await world.enter(pool, globex, bob, async () => expect(await titles()).toEqual([]));
    const bySlug = pool.enter({ claim: { by: 'slug', value: 'acme' }, user: ada }, titles);
    expect(await bySlug).toEqual(['on the cluster']);
  });

  test('a tenant lives in a database of its own', async () => {
    const initech = '00000000-0000-4000-8000-00000000000c';
    await world.ownRow(initech, 'initech');
    await world.asSystem(() =>
      world.placements.place(pool, { organizationId: initech, place: 'eu1' }),
    );
    await tenancy.asSystem({ ...work, place: { organizationId: initech } }, () =>
      pool.transaction(async (tx) => {
        await tx.query('insert into organizations (id, name) values ($1, $2)', [
          initech,
          'Initech',
        ]);
        await tx.query('insert into users (id, email) values ($1, $2)', [ada, 'ada@a.test']);
        await tx.query('insert into memberships (organization_id, user_id) values ($1, $2)', [
          initech,
          ada,
        ]);
        await tx.query(
          `insert into member_roles (organization_id, user_id, role_id) select $1, $2, id from built_in_roles where key = 'owner'`,
          [initech, ada],
        );
      }),
    );
    await world.enter(pool, initech, ada, async () => {
      await insert('in eu1');
      expect(await titles()).toEqual(['in eu1']);
    });
    // the cluster alone knows slugs
    for (const process of [pool, world.open()]) {
      const bySlug = process.enter(
        { claim: { by: 'slug', value: 'initech' }, user: ada },
        async () => (await process.query('select title from items')).rows,
      );
      expect(await bySlug).toEqual([{ title: 'in eu1' }]);
      const byNobody = process.enter(
        { claim: { by: 'slug', value: 'initech' }, user: bob },
        async () => {},
      );
      await expect(byNobody).rejects.toMatchObject({ code: 'TENANT_NOT_FOUND' });
    }
    expect(await world.ask('eu1', 'select title from items')).toEqual([{ title: 'in eu1' }]);
    expect(
      await world.ask(null, 'select 1 from items where organization_id = $1', [initech]),
    ).toEqual([]);
    await world.enter(pool, acme, ada, async () =>
      expect(await titles()).toEqual(['on the cluster']),
    );
  });

  test('a slug that has gone to another tenant leads there', async () => {
    const initech = '00000000-0000-4000-8000-00000000000c';
    const enter = () => pool.enter({ claim: { by: 'slug', value: 'initech' }, user: ada }, titles);
    expect(await enter()).toEqual(['in eu1']);
    await world.ask(null, 'update slugs set organization_id = $1 where slug = $2', [
      acme,
      'initech',
    ]);
    try {
      expect(await enter()).toEqual(['on the cluster']);
    } finally {
      await world.ask(null, 'update slugs set organization_id = $1 where slug = $2', [
        initech,
        'initech',
      ]);
    }
    expect(await enter()).toEqual(['in eu1']);
  });

  test('a pool of a worker is refused', async () => {
    const [worker = ''] = world.cluster.workers;
    const own = world.open({
      connectionString: world.as('app', worker),
      system: { connectionString: world.as('system', worker) },
    });
    await expect(tenancy.run(acme, () => own.query('select 1 from items'))).rejects.toMatchObject({
      code: 'PLACE_UNAVAILABLE',
    });
  });
});
