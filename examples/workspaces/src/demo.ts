import { runDemo } from '@tenantry/example-kit/demo';
import { printInvitation } from './demo/invitation.ts';
import { loginUrls, prepareDatabase } from './demo/prepare.ts';
import { stageOf } from './demo/stage.ts';
import { steps } from './demo/steps/index.ts';
import { openWorld } from './demo/world.ts';

// pnpm start          proves the promises on the running application, then stays up
// pnpm start --once   proves them and leaves nothing behind; exit 1 when one does not hold

await runDemo({
  title: 'Workspaces',
  about: 'tenant → workspace → project → document, on Fastify',
  cast: 'Northwind: Inés owns, Tom edits litigation, Ruth reads contracts. Fabrikam: Mei owns, Tom reads.',
  open: async ({ adminUrl, password, port }) =>
    openWorld(adminUrl, await prepareDatabase(adminUrl, password), port),
  stageOf,
  steps,
  invite: (world, { adminUrl, password }) =>
    printInvitation(world, { webUrl: loginUrls(adminUrl, password).url, adminUrl }),
});
