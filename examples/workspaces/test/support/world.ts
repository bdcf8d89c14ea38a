import { createCitusDatabase } from '@tenantry/testing';
import { applySchema } from '@tenantry/testing/schema';
import { testDatabase } from '@tenantry/testing/vitest';
import { afterAll } from 'vitest';
import {
  loginUrls,
  prepareCluster,
  prepareDatabase,
  prepareLogins,
} from '../../src/demo/prepare.ts';
import { type Stage, stageOf } from '../../src/demo/stage.ts';
import { openWorld } from '../../src/demo/world.ts';
import * as diagram from '../../src/schema/diagram.ts';
import * as schema from '../../src/schema/index.ts';
import { onCluster, tenantSlugs } from '../../src/slugs.ts';
import config from '../../tenantry.config.ts';

export const password = 'a password of the tests';
const silent = { sent() {}, answered() {}, claimed() {}, noted() {} };

/** The application on a database of this test file, on a port of its own. */
export async function testWorld(): Promise<Stage> {
  const { url } = await (onCluster ? onCitus() : onOneServer());
  const world = await openWorld(url, loginUrls(url, password), 0);
  afterAll(() => world.close());
  return stageOf(world, silent);
}

const onOneServer = () =>
  testDatabase({
    key: 'workspaces',
    migrate: (empty: string) => prepareDatabase(empty, password),
  });

/** The tables on a cluster: not those of the diagram, which have no tenant column. */
export const tablesOnCitus = {
  ...Object.fromEntries(Object.entries(schema).filter(([name]) => !(name in diagram))),
  tenantSlugs,
};

/** A database on the cluster of TEST_CITUS_URL. */
export async function onCitus() {
  const database = await createCitusDatabase({
    async migrate(empty) {
      await applySchema(empty, { ...config, schema: tablesOnCitus });
      await prepareCluster(empty);
      await prepareLogins(empty, password);
    },
  });
  afterAll(() => database.drop());
  return database;
}
