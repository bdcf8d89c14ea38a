import pg from 'pg';
import { onCluster } from '../../slugs.ts';
import type { Stage, Step } from '../stage.ts';

/** The usual way to do it by hand: a transaction, the role, the setting, the query. */
async function byHand({ countedUrl, seeded, roundTrips }: Stage): Promise<number> {
  const client = new pg.Client({ connectionString: countedUrl });
  await client.connect();
  try {
    return await roundTrips(async () => {
      await client.query('begin');
      await client.query('set local role app');
      const setting = `select set_config('app.organization_id', $1, true), set_config('app.actor', $2, true)`;
      const actor = JSON.stringify({ user: seeded.users.ada });
      await client.query(setting, [seeded.organizations.acme, actor]);
      await client.query('select * from projects order by name');
      await client.query('commit');
    });
  } finally {
    await client.end();
  }
}

export const costSteps: readonly Step[] = [
  {
    title: 'It costs one round trip',
    async run(stage) {
      const ada = { as: 'ada', organization: 'acme' } as const;
      await stage.send('GET /api/projects', ada); // so that the pool is warm
      const list = await stage.roundTrips(() => stage.send('GET /api/projects', ada));
      stage.note(`${list} round trips to PostgreSQL: one checks the membership, one is the query`);
      stage.claim(list === 2, 'a scoped statement is one round trip');
      const overview = await stage.roundTrips(() => stage.send('GET /api/organization', ada));
      stage.note(`${overview} round trips: one checks the membership, one carries three queries`);
      stage.claim(overview === 2, 'three queries of a batch are one round trip');
      if (onCluster) return; // by hand it is another five there
      const hand = await byHand(stage);
      stage.note(`${hand} round trips: BEGIN, SET LOCAL ROLE, set_config, the query, COMMIT`);
      stage.claim(hand === 5, 'one query by hand is five');
    },
  },
];
