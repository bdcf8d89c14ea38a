import { testDatabase } from '@tenantry/testing/vitest';
import { afterAll } from 'vitest';
import { loginUrls, prepareDatabase } from '../../src/demo/prepare.ts';
import { type Stage, stageOf } from '../../src/demo/stage.ts';
import { openWorld } from '../../src/demo/world.ts';

export const password = 'a password of the tests';
const silent = { sent() {}, answered() {}, claimed() {}, noted() {} };

/** The application on a database of this test file, on a port of its own. */
export async function testWorld(): Promise<Stage> {
  const { url } = await testDatabase({
    key: 'workspaces',
    migrate: (empty: string) => prepareDatabase(empty, password),
  });
  const world = await openWorld(url, loginUrls(url, password), 0);
  afterAll(() => world.close());
  return stageOf(world, silent);
}
