import type { Answer } from './client.ts';
import type { World } from './world.ts';

/** What an answer lists: things with a name, usage of features, or entries of the audit log. */
interface Row {
  readonly name?: unknown;
  readonly feature?: unknown;
  readonly used?: unknown;
  readonly action?: unknown;
  readonly resource?: { readonly type?: unknown; readonly id?: unknown };
}

/** The names of rows, as one text. */
export const namesOf = (rows: readonly Row[]): string => rows.map(nameOf).join(', ');

function nameOf({ name, feature, used, action, resource }: Row): string {
  if (action !== undefined) return `${action} (${resource?.type} ${resource?.id})`;
  if (feature !== undefined) return `${feature} ${used}`;
  return String(name ?? '…');
}

/** Whether an answer lists all projects of an organization, and nothing else. */
export async function listsAllOf(
  { ask, seeded }: World,
  slug: keyof World['seeded']['organizations'],
  { status, json }: Answer,
): Promise<boolean> {
  const query = 'select name from projects where organization_id = $1 order by name';
  const own = await ask(query, [seeded.organizations[slug]]);
  const rows = Array.isArray(json) ? json : json?.items;
  return status === 200 && own.length > 0 && namesOf(rows ?? []) === namesOf(own);
}
