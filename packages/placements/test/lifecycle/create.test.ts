import { definePlacements } from '@tenantry/placements';
import { runCommand } from 'tenantry';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { atPlace } from '../../src/lifecycle/at-place.ts';
import { type CreateOptions, createTenant } from '../../src/lifecycle/create/create-tenant.ts';
import { acme, ask, places, tenancy } from '../support/world.ts';

let world: Awaited<ReturnType<typeof places>>;
let pool: ReturnType<typeof world.open>;
beforeAll(async () => {
  world = await places('eu1');
  pool = world.open();
});
afterAll(() => pool.end());

const entry = { reason: 'sign-up', actor: 'test', write: true };
const connected = atPlace(tenancy, (place) => world.urls.get(place));
const create = (options: Omit<CreateOptions, 'tenancy'>, at = connected) =>
  tenancy.asSystem(entry, () => createTenant(pool, at, { tenancy, ...options }));
const rows = (url: string, slug: string) =>
  ask(url, 'select id::text, slug from organizations where slug = $1', [slug]);

describe('tenants create', () => {
  it('makes the row once, whoever calls at once and again', async () => {
    const set = { slug: 'initech' };
    const made = await Promise.all([1, 2, 3].map(() => create({ set })));
    expect(made.map(({ made: each }) => each).filter(Boolean)).toHaveLength(1);
    expect(new Set(made.map(({ id }) => id)).size).toBe(1);
    expect(await rows(world.shared, 'initech')).toEqual([{ id: made[0]?.id, slug: 'initech' }]);
    const [again] = await Promise.all([create({ id: made[0]?.id, set })]);
    expect(again.made).toBe(false);
  });

  it('refuses an id or a name that another tenant has, and what is no column', async () => {
    for (const options of [
      { id: acme, set: { slug: 'other' } },
      { id: '00000000-0000-4000-8000-0000000000ff', set: { slug: 'acme' } },
    ])
      await expect(create(options)).rejects.toMatchObject({ code: 'TENANT_EXISTS' });
    for (const set of [{ slug: 'x', nothing: '1' }, { slug: null }, { slug: 'x', id: acme }])
      await expect(create({ set })).rejects.toMatchObject({ code: 'CREATE_REFUSED' });
    await expect(create({ id: 'no id', set: { slug: 'x' } })).rejects.toMatchObject({
      code: 'TENANT_ID_MALFORMED',
    });
    const erased = '00000000-0000-4000-8000-0000000000ee';
    await ask(world.shared, 'select tenantry.end_erasure($1)', [erased]);
    await expect(create({ id: erased, set: { slug: 'x' } })).rejects.toMatchObject({
      code: 'TENANT_EXISTS',
    });
    expect(await rows(world.shared, 'x')).toEqual([]);
  });

  it('gives it a place and its row there, also when it was interrupted before', async () => {
    const id = '00000000-0000-4000-8000-0000000000e1';
    const options = { id, set: { slug: 'hooli' }, place: 'eu1' };
    const down = () => Promise.reject(new Error('the place is down'));
    await expect(create(options, down)).rejects.toThrow('the place is down');
    const eu1 = world.urls.get('eu1') as string;
    expect(await rows(eu1, 'hooli')).toEqual([]);
    expect(await create(options)).toMatchObject({ id, made: false });
    for (const url of [world.shared, eu1])
      expect(await rows(url, 'hooli')).toEqual([{ id, slug: 'hooli' }]);
    await create(options);
    const items = await tenancy.run(id, async () => {
      await pool.query("insert into items (organization_id, title) values ($1, 'first')", [id]);
      return pool.query('select title from items');
    });
    expect(items.rows).toEqual([{ title: 'first' }]);
    expect(await ask(eu1, 'select title from items')).toEqual([{ title: 'first' }]);
    expect(await ask(world.shared, 'select title from items')).toEqual([]);
    await expect(create({ set: { slug: 'y' }, place: 'eu9' })).rejects.toMatchObject({
      code: 'PLACE_UNKNOWN',
    });
  });

  it('is a command', async () => {
    const { shared: url } = world;
    const features = [
      definePlacements(tenancy, { connect: (place) => world.urls.get(place) as string }),
    ];
    const config = { tenancy, features, database: { url, systemUrl: url } };
    const { stdout, code } = await runCommand(config, [
      'tenants',
      'create',
      '--set',
      'slug=a\\,b',
      '--place',
      'eu1',
      '--json',
    ]);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ place: 'eu1', made: true });
    expect(await rows(url, 'a,b')).toHaveLength(1);
  });
});
