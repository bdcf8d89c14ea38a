import { and, eq, not } from 'drizzle-orm';
import { applyChange, isGone } from './apply-change.ts';
import type { Change } from './change.ts';
import type { Database } from './database.ts';
import { identityObjects } from './schema.ts';
import { tenancy } from './tenancy.ts';
import type { Source } from './webhook.ts';

type Kind = Change['kind'];

/** What a source has now. */
export interface Lists {
  /** All objects of a kind, as its list endpoint returns them. */
  list(kind: Kind): AsyncIterable<unknown> | Iterable<unknown>;
  /** Whether it still has an object: asked for one that was not in the list. */
  has(kind: Kind, id: string): Promise<boolean>;
}

/** How many changes were made up for. */
export interface Reconciled {
  readonly applied: number;
  readonly removed: number;
}

/** Users and organizations first: a membership is of both. */
const kinds: readonly Kind[] = ['user', 'organization', 'membership'];

/**
 * Makes up for lost webhooks, once a day: applies what the source has, and removes what it has no more. It
 * may run beside webhooks.
 *
 * @param mostRemoved a removal is for ever, and a wrong key explains an empty list too: more than so many
 *   removals of a kind are an error, and none of them is made. Default: 10.
 */
export async function reconcile(
  database: Pick<Database, 'db'>,
  source: Pick<Source, 'readObject'>,
  lists: Lists,
  mostRemoved = 10,
): Promise<Reconciled> {
  let applied = 0;
  let removed = 0;
  for (const kind of kinds) {
    // before the list: what arrives while it is read is not missing in it
    const known = await knownOf(database, kind);
    for await (const object of lists.list(kind)) {
      const change = source.readObject(kind, object, false);
      if (change === undefined) continue;
      known.delete(change.id);
      if (await applyChange(database, change)) applied++;
    }
    const gone: Change[] = [];
    for (const [id, change] of known) {
      if (await lists.has(kind, id)) continue;
      gone.push(change);
      if (gone.length > mostRemoved)
        throw new Error(`more than ${mostRemoved} of kind ${kind} are missing: is the key right?`);
    }
    for (const change of gone) if (await applyChange(database, change)) removed++;
  }
  return { applied, removed };
}

/** What is known and in force, by id, as the change that removes it. */
async function knownOf({ db }: Pick<Database, 'db'>, kind: Kind): Promise<Map<string, Change>> {
  const entry = { reason: `compare each ${kind} with its source`, actor: 'identity' };
  const rows = await tenancy.asSystem(entry, () =>
    db
      .select()
      .from(identityObjects)
      .where(
        and(
          eq(identityObjects.kind, kind),
          eq(identityObjects.isDeleted, false),
          // the source forgets memberships with their organization or user, and they are over here too
          kind === 'membership'
            ? not(isGone(identityObjects.ofOrganization, identityObjects.ofUser))
            : undefined,
        ),
      ),
  );
  return new Map(
    rows.map(({ id, version, ofOrganization, ofUser }) => {
      const of = { id, version, isDeleted: true };
      const change: Change =
        kind === 'membership'
          ? { ...of, kind, organizationId: ofOrganization ?? '', userId: ofUser ?? '', role: null }
          : kind === 'user'
            ? { ...of, kind, email: null, name: '' }
            : { ...of, kind, name: '', slug: null };
      return [id, change];
    }),
  );
}
