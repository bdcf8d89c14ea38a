import type { Answer } from '@tenantry/example-kit/demo';
import { testDatabase } from '@tenantry/testing/vitest';
import { afterAll } from 'vitest';
import { loginUrls, prepareDatabase } from '../../src/demo/prepare.ts';
import { type Envelope, type Stage, stageOf } from '../../src/demo/stage.ts';
import { openWorld, type World } from '../../src/demo/world.ts';

const password = 'a password of the tests';
const silent = { sent() {}, answered() {}, claimed() {}, noted() {} };

/** The application on a database of this test file, on a port of its own. */
export async function testWorld(): Promise<Stage> {
  const { url } = await testDatabase({
    key: 'b2b-saas',
    migrate: (empty: string) => prepareDatabase(empty, password),
  });
  const world: World = await openWorld(url, loginUrls(url, password), 0);
  afterAll(() => world.close());
  return stageOf(world, silent);
}

/** Sends as Ada, the owner of Acme, unless the envelope says otherwise. */
export const asAda =
  ({ send }: Stage) =>
  (what: Parameters<Stage['send']>[0], envelope: Envelope = {}): Promise<Answer> =>
    send(what, { as: 'ada', organization: 'acme', ...envelope });
