import { runDemo } from '@tenantry/example-kit/demo';
import { printInvitation } from './demo/invitation.ts';
import { loginUrls, placesDatabase, prepareDatabase, prepareForPlaces } from './demo/prepare.ts';
import { stageOf } from './demo/stage.ts';
import { steps } from './demo/steps/index.ts';
import { openWorld } from './demo/world.ts';

// pnpm demo          proves the promises on the running application, then stays up
// pnpm demo --once   proves them and leaves nothing behind; exit 1 when one does not hold

await runDemo({
  title: 'Tenantry',
  about: 'two organizations, one database, one application',
  cast: 'Ada is of Acme, Bob of Globex, Eve of both; nobody is asked to remember a WHERE.',
  async open({ adminUrl, another, password, port }) {
    const prepare = (empty: string) => prepareForPlaces(empty, password);
    return openWorld(adminUrl, await prepareDatabase(adminUrl, password), port, {
      another: async () => placesDatabase(await another(prepare), password),
    });
  },
  stageOf,
  steps,
  invite: (world, { adminUrl, password }) =>
    printInvitation(world, { webUrl: loginUrls(adminUrl, password).url, adminUrl }),
});
