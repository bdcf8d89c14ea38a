import { expect, test } from 'vitest';
import { numbersSchema } from '../fixtures/numbers-schema.ts';
import { entries, onCitusWith } from './world.ts';

const { tenancy, ...schema } = numbersSchema('citus');

onCitusWith('numbers while a shard moves', { tenancy, schema }, (world) => {
  test('have no gap, and none is given twice', async () => {
    const { root } = world();
    const tenant = await world().organization();
    const given: number[] = [];
    const refused: unknown[] = [];
    let over = false;
    const writers = Array.from({ length: 6 }, async (_, at) => {
      for (let i = 0; !over; i++) {
        const text = `insert into tickets (project, key) values ('web', '${at} ${i} a'), ('web', '${at} ${i} b') returning number`;
        await world()
          .column(entries[at % 2] as (typeof entries)[number], tenant, text)
          .then(
            (numbers) => given.push(...(numbers as number[])),
            (error) => refused.push(error),
          );
      }
    });
    const place = `select nodename, nodeport, shardid from citus_shards
      where table_name = 'tickets'::regclass and shardid = get_shard_id_for_distribution_column('tickets', $1::uuid)`;
    const ports: unknown[] = [];
    try {
      for (let move = 0; move < 2; move++) {
        const written = given.length;
        await expect.poll(() => given.length).toBeGreaterThan(written + 10);
        const [{ nodename, nodeport, shardid }] = (await root.query(place, [tenant])).rows;
        const others = await root.query(
          'select nodename, nodeport from pg_dist_node where shouldhaveshards and (nodename, nodeport) <> ($1, $2)',
          [nodename, nodeport],
        );
        const [to] = others.rows;
        await root.query('select citus_move_shard_placement($1, $2, $3, $4, $5)', [
          shardid,
          nodename,
          nodeport,
          to.nodename,
          to.nodeport,
        ]);
        ports.push(nodeport);
      }
    } finally {
      over = true;
      await Promise.all(writers);
    }
    expect(new Set(ports).size).toBe(2);
    // a statement that met the switch may be refused; it is never half done
    for (const error of refused)
      expect(error).toMatchObject({ code: expect.stringMatching(/^(40|55|57|0A|XX)/) });
    const numbers = await world().column(
      'a worker',
      tenant,
      'select number from tickets order by 1',
    );
    expect(numbers).toEqual(Array.from({ length: numbers.length }, (_, i) => i + 1));
    expect(given.sort((a, b) => a - b)).toEqual(numbers);
  });
});
