import type { World } from './world.ts';

/** Refuses tenants that did not get the places which are attacked. */
export async function assertHomes({ homes, attacker, victim }: World): Promise<void> {
  if ((homes.attacker.place ?? homes.victim.place) === undefined) return;
  await homes.attacker.assertOf(attacker.tenant);
  await homes.victim.assertOf(victim.tenant);
}
