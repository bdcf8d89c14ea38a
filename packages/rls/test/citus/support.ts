import { citusUrl, createCitusDatabase } from '@tenantry/testing';
import pg from 'pg';
import { afterAll, beforeAll, describe } from 'vitest';
import { applySchema } from '../support/apply.ts';
import { application } from './application.ts';

/** A database of the application on a cluster. */
export interface CitusFixture {
  readonly url: string;
  readonly root: pg.Client;
  readonly worker: pg.Client;
  /** Runs a statement on one shard of a table, `%s`, on the first worker that has one. */
  onOneShard(table: string, statement: string): Promise<void>;
  /** Runs a statement on the first worker alone. */
  onOneWorker(statement: string): Promise<void>;
  /** Whether the coordinator takes shards. */
  setCoordinator(takesShards: boolean): Promise<void>;
}

/** Tests on a cluster, skipped without one; they share a database. */
export function onCitus(what: string, tests: (fixture: () => CitusFixture) => void): void {
  describe.skipIf(citusUrl() === undefined)(what, () => {
    let fixture: CitusFixture | undefined;
    const ends: (() => Promise<unknown>)[] = [];
    beforeAll(async () => {
      const migrate = (url: string) => applySchema(url, application);
      const { url, workers, drop } = await createCitusDatabase({ migrate });
      ends.push(drop);
      const connect = async (to: string) => {
        const client = new pg.Client({ connectionString: to });
        await client.connect();
        ends.push(() => client.end());
        return client;
      };
      fixture = fixtureOn(url, await connect(url), await connect(workers[0] as string));
    });
    afterAll(async () => {
      for (const end of ends.reverse()) await end();
    });
    tests(() => fixture as CitusFixture);
  });
}

function fixtureOn(url: string, root: pg.Client, worker: pg.Client): CitusFixture {
  // as somebody does who mends a node by hand
  const byHand = (statement: string) =>
    worker.query(`set citus.override_table_visibility = off; set citus.enable_ddl_propagation = off;
      set citus.enable_manual_changes_to_shards = on; ${statement}`);
  return {
    url,
    root,
    worker,
    async onOneShard(table, statement) {
      const { rows } = await worker.query(
        `select shard_name(logicalrelid, shardid) as name from pg_dist_shard join pg_dist_placement using (shardid)
         join pg_dist_local_group using (groupid) where logicalrelid = $1::regclass order by shardid limit 1`,
        [table],
      );
      await byHand(statement.replaceAll('%s', rows[0].name));
    },
    async onOneWorker(statement) {
      await byHand(statement);
    },
    async setCoordinator(takesShards) {
      await root.query(
        `select citus_set_node_property(nodename, nodeport, 'shouldhaveshards', $1) from pg_dist_node where groupid = 0`,
        [takesShards],
      );
    },
  };
}
