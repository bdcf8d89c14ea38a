import { type Answer, namesOf } from '@tenantry/example-kit/demo';
import type { World } from './world.ts';

/** Whether an answer lists all projects of an organization, and nothing else. */
export async function listsAllOf(
  { ask, seeded }: World,
  slug: keyof World['seeded']['organizations'],
  { status, json }: Answer,
): Promise<boolean> {
  const query = 'select name from projects where organization_id = $1 order by name';
  const own = await ask(query, [seeded.organizations[slug]], seeded.organizations[slug]);
  const rows = Array.isArray(json) ? json : json?.items;
  return status === 200 && own.length > 0 && namesOf(rows ?? []) === namesOf(own);
}
