import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Change } from '../../src/identity/change.ts';
import { type Lists, reconcile } from '../../src/identity/reconcile.ts';
import type { Source } from '../../src/identity/webhook.ts';
import { deliveries, type Happening, histories, membersAfter } from './history.ts';
import type { identityWorld } from './world.ts';

type Kind = Change['kind'];
type Membership = Extract<Happening, { what: 'membership' }>;

/** How a source writes its objects and its events, and how it delivers them. */
export interface Shapes {
  readonly source: Source;
  user(id: string, at: number): object;
  organization(id: string, at: number): object;
  membership(of: Membership, at: number): object;
  event(kind: Kind, how: 'created' | 'updated' | 'deleted', object: object, at: number): string;
  deliver(body: string): Promise<{ readonly status: number }>;
}

/** The objects that a source has after a history, as its lists return them. */
function listsAfter(history: readonly Happening[], shapes: Shapes, start: number) {
  const objects: Record<Kind, Map<string, object>> = {
    user: new Map(),
    organization: new Map(),
    membership: new Map(),
  };
  const members = new Map<string, Membership>();
  for (const [i, each] of history.entries()) {
    const at = start + i;
    if (each.what === 'membership') {
      members.set(each.id, each);
      if (each.how === 'deleted') objects.membership.delete(each.id);
      else objects.membership.set(each.id, shapes.membership(each, at));
    } else if (each.gone) {
      objects[each.what].delete(each.id);
      for (const { id, organizationId, userId } of members.values())
        if ([organizationId, userId].includes(each.id)) objects.membership.delete(id);
    } else objects[each.what].set(each.id, shapes[each.what](each.id, at));
  }
  return objects;
}

const listsOf = (objects: Record<Kind, Map<string, object>>): Lists => ({
  list: (kind) => objects[kind].values(),
  has: async (kind, id) => objects[kind].has(id),
});

/** What holds of memberships that follow a source, whichever it is. */
export function membershipStory(
  world: Awaited<ReturnType<typeof identityWorld>>,
  shapes: Shapes,
): void {
  const start = 1_654_013_202_977;
  const bodyOf = (each: Happening, i: number): string => {
    const at = start + i;
    if (each.what === 'membership')
      return shapes.event('membership', each.how, shapes.membership(each, at), at);
    const how = each.gone ? 'deleted' : 'created';
    return shapes.event(each.what, how, shapes[each.what](each.id, at), at);
  };
  const receive = async (history: readonly Happening[], order: Iterable<number>) => {
    const bodies = history.map(bodyOf);
    const answers = await Promise.all([...order].map((i) => shapes.deliver(bodies[i] as string)));
    expect(answers.filter(({ status }) => status !== 200)).toEqual([]);
  };
  const check = (lists: Lists, mostRemoved?: number) =>
    reconcile(world, shapes.source, lists, mostRemoved);

  test('memberships are those of the source, in whatever order and how often its events arrive', async () => {
    await fc.assert(
      fc.asyncProperty(deliveries, async ({ history, order }) => {
        await world.empty();
        await receive(history, order);
        expect(await world.members()).toEqual(membersAfter(history));
      }),
      { numRuns: 15 },
    );
  });

  describe('the daily check', () => {
    test('makes up for whatever was lost, and for nothing a second time', async () => {
      const lossy = histories.chain((history) =>
        fc.tuple(fc.constant(history), fc.shuffledSubarray([...history.keys()])),
      );
      await fc.assert(
        fc.asyncProperty(lossy, async ([history, arrived]) => {
          await world.empty();
          await receive(history, arrived);
          const lists = listsOf(listsAfter(history, shapes, start));
          await check(lists);
          expect(await world.members()).toEqual(membersAfter(history));
          expect((await check(lists)).removed).toBe(0);
          // what arrives late changes nothing
          await receive(history, history.keys());
          expect(await world.members()).toEqual(membersAfter(history));
        }),
        { numRuns: 8 },
      );
    });

    const organizations = Array.from({ length: 4 }, (_, i) => ({
      what: 'organization' as const,
      id: `org_${i}`,
      gone: false,
    }));
    const idsLeft = async () =>
      (await world.rows('select id from organizations where deleted_at is null order by 1')).map(
        ({ id }) => id,
      );

    test('removes nothing when too much is missing: a wrong key finds nothing either', async () => {
      await world.empty();
      await receive(organizations, organizations.keys());
      const empty = listsOf(listsAfter([], shapes, start));
      await expect(check(empty, 3)).rejects.toThrow('is the key right?');
      expect(await idsLeft()).toHaveLength(4);
      expect(await check(empty, 4)).toEqual({ applied: 0, removed: 4 });
      expect(await idsLeft()).toEqual([]);
    });

    test('misses no memberships of an organization that was closed, however many it had', async () => {
      await world.empty();
      const history: Happening[] = Array.from({ length: 4 }, (_, i) => [
        { what: 'user' as const, id: `user_${i}`, gone: false },
        {
          what: 'membership' as const,
          id: `mem_${i}`,
          organizationId: 'org_0',
          userId: `user_${i}`,
          role: 'member' as const,
          how: 'created' as const,
        },
      ]).flat();
      history.unshift({ what: 'organization', id: 'org_0', gone: false });
      history.push({ what: 'organization', id: 'org_0', gone: true });
      await receive(history, history.keys());
      expect(await check(listsOf(listsAfter(history, shapes, start)), 3)).toMatchObject({
        removed: 0,
      });
    });

    test('keeps what the list left out and the source has, and what comes while it is read', async () => {
      await world.empty();
      await receive(organizations, organizations.keys());
      const objects = listsAfter(organizations, shapes, start);
      const [, ...others] = objects.organization.values();
      const late = { what: 'organization' as const, id: 'org_late', gone: false };
      const lists: Lists = {
        async *list(kind) {
          if (kind !== 'organization') return;
          yield* others;
          await shapes.deliver(bodyOf(late, 9));
        },
        has: async (kind, id) => objects[kind].has(id),
      };
      expect((await check(lists)).removed).toBe(0);
      expect(await idsLeft()).toEqual(['org_0', 'org_1', 'org_2', 'org_3', 'org_late']);
    });
  });
}
