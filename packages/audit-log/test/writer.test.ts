import { drizzle } from 'drizzle-orm/node-postgres';
import { expect, test } from 'vitest';
import { audit, projects } from './fixtures/schema.ts';
import { acme, ada, world } from './support/world.ts';

const { pool, asAda } = await world();
const db = drizzle({ client: pool });

test('an entry is written with its change, and says who, when and in which transaction', async () => {
  const id = await asAda(() =>
    db.transaction(async (tx) => {
      await tx.insert(projects).values({ name: 'Roadmap' });
      return audit.log(tx, 'project.created', {
        resource: ['project', 'p1'],
        metadata: { name: 'Roadmap' },
      });
    }),
  );
  const { entries } = await asAda(() => audit.query(db, { action: 'project.created' }));
  expect(entries).toEqual([
    {
      organizationId: acme,
      id,
      createdAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/),
      source: 'entry',
      action: 'project.created',
      resource: { type: 'project', id: 'p1' },
      metadata: { name: 'Roadmap' },
      actor: { type: 'user', id: ada, onBehalfOf: null, ip: '203.0.113.7', requestId: 'req-1' },
      reason: null,
      transactionId: expect.stringMatching(/^\d+$/),
      erased: [],
    },
  ]);
  const both = await asAda(() =>
    audit.query(db, { transactionId: entries[0]?.transactionId ?? '' }),
  );
  expect(both.entries.map(({ action }) => action).sort()).toEqual([
    'project.created',
    'projects.inserted',
  ]);
});
