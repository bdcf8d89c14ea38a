import type { Answer } from '@tenantry/example-kit/demo';
import { afterAll } from 'vitest';
import { loginUrls } from '../../src/demo/prepare.ts';
import { type Envelope, type Stage, stageOf } from '../../src/demo/stage.ts';
import { openWorld, type World } from '../../src/demo/world.ts';
import { another, databasesOfRun, password } from './places.ts';

const silent = { sent() {}, answered() {}, claimed() {}, noted() {} };

/** The application on databases of this test file, on a port of its own. */
export async function testWorld(): Promise<Stage> {
  const { url, places } = await databasesOfRun();
  const world: World = await openWorld(url, loginUrls(url, password), 0, { places, another });
  afterAll(() => world.close());
  return stageOf(world, silent);
}

/** Sends as Ada, the owner of Acme, unless the envelope says otherwise. */
export const asAda =
  ({ send }: Stage) =>
  (what: Parameters<Stage['send']>[0], envelope: Envelope = {}): Promise<Answer> =>
    send(what, { as: 'ada', organization: 'acme', ...envelope });
