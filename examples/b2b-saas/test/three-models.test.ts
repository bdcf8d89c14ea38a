import { afterAll, describe, expect, it } from 'vitest';
import { sameRequests } from '../src/demo/steps/placing.ts';
import { models, openThreePlaces } from '../src/demo/three-places.ts';
import { another } from './support/places.ts';

const three = await openThreePlaces(await another(), await another());
afterAll(() => three.close());

describe('shared tables, a schema and a database, side by side', () => {
  // in this order: each request finds what those before it have left
  it.each(sameRequests)('$what is answered alike in all three', async ({ what, body }) => {
    const { shared, schema, database } = await three.ask(what, body);
    expect(shared.status).toBeLessThan(500);
    expect({ schema, database }).toEqual({ schema: shared, database: shared });
  });

  it('the plan is counted in all three', async () => {
    const refused = await three.ask('POST /api/projects', { name: 'One too many' });
    for (const model of models) {
      expect(refused[model]).toMatchObject({
        status: 403,
        text: expect.stringContaining('LIMIT_REACHED'),
      });
    }
    expect(await three.projects()).toEqual({ shared: 3, schema: 3, database: 3 });
  });

  it('no organization finds a project of another, wherever either lives', async () => {
    const firsts = await Promise.all(
      models.map(async (model) => (await three.send('GET /api/projects', model)).json.items[0].id),
    );
    const seen = await Promise.all(
      models.map((model) =>
        Promise.all(
          firsts.map(async (id) => (await three.send(`GET /api/projects/${id}`, model)).status),
        ),
      ),
    );
    expect(seen).toEqual([
      [200, 404, 404],
      [404, 200, 404],
      [404, 404, 200],
    ]);
  });
});
