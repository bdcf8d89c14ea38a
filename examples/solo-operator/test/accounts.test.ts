import { expect, it } from 'vitest';
import { addMember, deleteAccount, signUp } from '../src/accounts.ts';
import { createPersonalTask } from '../src/actions/personal-tasks.ts';
import { businesses, logins, users } from '../src/schema/index.ts';
import { codeOf, testWorld } from './support/world.ts';

const { db, pool, as, ask, seeded } = await testWorld();

it('sign up with a business of their own, and again with another', async () => {
  const input = {
    name: 'Aisha Bello',
    email: 'aisha@bello.example',
    hashedPassword: '$argon2id$v=19$m=65536$c2FsdA$aGFzaA',
    business: { name: 'Bello Translations', slug: 'bello', currency: 'NGN' },
  };
  const { userId, businessId } = await signUp(db, input);
  const mine = await pool.enter({ claim: { by: 'slug', value: 'bello' }, user: userId }, () =>
    db.select().from(businesses),
  );
  expect(mine).toMatchObject([{ id: businessId, plan: 'free' }]);
  expect(await codeOf(signUp(db, input))).toBe('23505');
  expect(await codeOf(signUp(db, { ...input, business: { name: 'x', slug: 'X' } }))).toBe(
    'REQUEST_INVALID',
  );
});

it('read their colleagues, and no hash of a password', async () => {
  await as('nair', 'jonas', async () => {
    const names = (await db.select().from(users)).map(({ name }) => name);
    expect(names.sort()).toEqual(['Jonas Weber', 'Priya Nair']);
    expect(await codeOf(db.select().from(logins).execute())).toBe('42501');
  });
});

it('cannot give themselves a plan, a membership or a role', async () => {
  await as('nair', 'jonas', async () => {
    for (const statement of [
      `update businesses set plan = 'pro'`,
      `update memberships set role = 'owner'`,
      `insert into memberships (user_id) values ('${seeded.users.tomas}')`,
      `insert into businesses (name, slug) values ('x', 'x')`,
    ])
      expect([statement, await codeOf(pool.query(statement))]).toEqual([statement, '42501']);
  });
});

it('work for several businesses', async () => {
  const tomas = await as('weber', 'jonas', () =>
    addMember(db, { email: 'tomas@oliveira.example', name: 'Somebody else' }),
  );
  expect(tomas).toBe(seeded.users.tomas);
  // whose name is still his own business
  const [row] = await ask('select name from users where id = $1', [tomas]);
  expect(row.name).toBe('Tomás Oliveira');
  expect(await as('weber', 'tomas', () => db.$count(users))).toBe(2);
});

it('are added by an owner only', async () => {
  const add = () => addMember(db, { email: 'friend@jonas.example', name: 'A friend' });
  expect(await codeOf(as('nair', 'jonas', add))).toBe('OWNER_NEEDED');
  expect(await ask(`select from users where email = 'friend@jonas.example'`)).toEqual([]);
});

it('leave the business and its subscription behind when others work there', async () => {
  const { nair, weber } = seeded.businesses;
  await ask(
    `insert into business_billing (business_id, livemode, stripe_customer_id) values ($1, false, 'cus_nair')`,
    [nair],
  );
  await as('nair', 'priya', () => createPersonalTask(db, { title: 'Mine' }));
  await deleteAccount(db, seeded.users.priya);
  const [business] = await ask(
    `select b.plan, c.stripe_customer_id, (select string_agg(role, ',') from memberships m where m.business_id = b.id) as roles
     from businesses b join business_billing c on c.business_id = b.id where b.id = $1`,
    [nair],
  );
  // the one who stays is the owner now
  expect(business).toEqual({ plan: 'solo', stripe_customer_id: 'cus_nair', roles: 'owner' });
  expect(await ask('select from personal_tasks where user_id = $1', [seeded.users.priya])).toEqual(
    [],
  );
  // nobody else works for this one, so it goes with him
  await deleteAccount(db, seeded.users.tomas);
  const left = await ask('select id from businesses where id = any ($1) order by id', [
    [nair, weber, seeded.businesses.oliveira],
  ]);
  expect(left.map(({ id }) => id).sort()).toEqual([nair, weber].sort());
});
