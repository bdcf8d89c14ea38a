import { signUp } from '../accounts.ts';
import type { Database } from '../database.ts';
import { limits } from '../limits.ts';
import { memberships } from '../schema/index.ts';
import { tenancy } from '../tenancy.ts';
import { createVaultItem } from '../vault/items.ts';
import type { WrappingKeys } from '../vault/wrapping-keys.ts';
import { seedAssets } from './assets.ts';
import { seedMoney } from './money.ts';
import { nairStudio } from './nair-studio.ts';
import { oliveiraWeb, weberTon } from './small-businesses.ts';
import { type BusinessKey, businessStories, type PersonKey, people } from './stories.ts';
import { type Ids, seedWork } from './tasks.ts';

const works = { nair: nairStudio, oliveira: oliveiraWeb, weber: weberTon };

/** The ids that the seed made. */
export interface Seeded {
  readonly users: Readonly<Record<PersonKey, string>>;
  readonly businesses: Readonly<Record<BusinessKey, string>>;
  /** By business, the ids of clients and so on by their names. */
  readonly ids: Readonly<Record<BusinessKey, Ids>>;
}

/**
 * Three businesses with their people and their work.
 * @param keys wrap the keys of their vaults; without them the vaults stay empty
 */
export async function seed({ db, pool }: Database, keys?: WrappingKeys): Promise<Seeded> {
  const users: Record<string, string> = {};
  const businesses: Record<string, string> = {};
  const ids: Record<string, Ids> = {};
  for (const [key, story] of Object.entries(businessStories)) {
    const { owner, business } = story;
    const made = await signUp(db, { ...people[owner], business });
    users[owner] = made.userId;
    businesses[key] = made.businessId;
  }
  const entry = { reason: 'seed', actor: 'seed', write: true };
  for (const [key, { owner, members, plan }] of Object.entries(businessStories)) {
    const businessId = businesses[key] as string;
    const userId = users[owner] as string;
    const work = works[key as BusinessKey];
    ids[key] = await tenancy.asSystem(entry, async () => {
      for (const member of members)
        await db.insert(memberships).values({ businessId, userId: users[member] as string });
      await limits.setPlan(db, { businessId, plan, source: 'seed', version: 1 });
      const made = await seedWork(db, businessId, userId, work);
      await seedMoney(db, businessId, made, work);
      return made;
    });
    const secrets: Record<string, string> = {};
    await pool.enter({ claim: { by: 'id', value: businessId }, user: userId }, async () => {
      if (keys !== undefined)
        for (const { client, project: _, ...item } of work.secrets ?? [])
          secrets[item.name] = await createVaultItem(db, keys, {
            ...item,
            clientId: client === undefined ? null : (ids[key]?.clients[client] as string),
          });
      await seedAssets(db, ids[key] as Ids, secrets, work);
    });
  }
  return { users, businesses, ids } as unknown as Seeded;
}
