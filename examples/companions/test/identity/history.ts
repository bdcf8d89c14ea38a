import fc from 'fast-check';

/** What happened at a source, in the order in which it happened there. */
export type Happening =
  | { readonly what: 'user' | 'organization'; readonly id: string; readonly gone: boolean }
  | {
      readonly what: 'membership';
      readonly id: string;
      readonly organizationId: string;
      readonly userId: string;
      readonly role: 'admin' | 'member';
      readonly how: 'created' | 'updated' | 'deleted';
    };

const organizations = ['org_a', 'org_b'];
const users = ['user_1', 'user_2'];

interface Choice {
  readonly organization: number;
  readonly user: number;
  readonly action: 'join' | 'promote' | 'leave' | 'close' | 'remove';
}

/** A history that a source could have: who has left can join again, under a new membership. */
export const histories = fc
  .array(
    fc.record<Choice>({
      organization: fc.nat(1),
      user: fc.nat(1),
      action: fc.constantFrom(
        'join',
        'join',
        'join',
        'promote',
        'leave',
        'leave',
        'close',
        'remove',
      ),
    }),
    { minLength: 2, maxLength: 14 },
  )
  .map(happenings);

function happenings(choices: readonly Choice[]): Happening[] {
  const made: Happening[] = [
    ...organizations.map((id) => ({ what: 'organization' as const, id, gone: false })),
    ...users.map((id) => ({ what: 'user' as const, id, gone: false })),
  ];
  const gone = new Set<string>();
  const current = new Map<string, string>();
  let count = 0;
  for (const { organization, user, action } of choices) {
    const organizationId = organizations[organization] as string;
    const userId = users[user] as string;
    const pair = `${organizationId} ${userId}`;
    const id = current.get(pair);
    const membership = { what: 'membership' as const, organizationId, userId };
    if (gone.has(organizationId) || gone.has(userId)) continue;
    if (action === 'close' || action === 'remove') {
      const [what, closed] =
        action === 'close'
          ? (['organization', organizationId] as const)
          : (['user', userId] as const);
      gone.add(closed);
      made.push({ what, id: closed, gone: true });
    } else if (action === 'join' && id === undefined) {
      const joined = `membership_${++count}`;
      current.set(pair, joined);
      made.push({ ...membership, id: joined, role: 'member', how: 'created' });
    } else if (action === 'promote' && id !== undefined) {
      made.push({ ...membership, id, role: 'admin', how: 'updated' });
    } else if (action === 'leave' && id !== undefined) {
      current.delete(pair);
      made.push({ ...membership, id, role: 'member', how: 'deleted' });
    }
  }
  return made;
}

/** The members after a history. */
export function membersAfter(history: readonly Happening[]) {
  const members = new Map<string, { organization_id: string; user_id: string; role: string }>();
  for (const each of history) {
    if (each.what === 'membership') {
      const { organizationId, userId, role, how } = each;
      const pair = `${organizationId} ${userId}`;
      if (how === 'deleted') members.delete(pair);
      else members.set(pair, { organization_id: organizationId, user_id: userId, role });
    } else if (each.gone) {
      for (const pair of members.keys())
        if (pair.split(' ').includes(each.id)) members.delete(pair);
    }
  }
  return [...members.keys()].sort().map((pair) => members.get(pair));
}

/** Every event of a history, some of them several times, in any order. */
export const deliveries = histories.chain((history) =>
  fc
    .tuple(
      fc.shuffledSubarray([...history.keys()], { minLength: history.length }),
      fc.array(fc.nat(history.length - 1), { maxLength: 6 }),
    )
    .map(([order, again]) => ({ history, order: [...order, ...again] })),
);
