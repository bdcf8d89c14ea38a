import { bold, dim, print, runDemo } from '@tenantry/example-kit/demo';
import { prepareOwnDatabase } from './demo/operator.ts';
import { stageOf } from './demo/stage.ts';
import { steps } from './demo/steps.ts';
import { openWorld, rootDomain, type World } from './demo/world.ts';
import { prepareDatabase } from './prepare.ts';
import { emailOf, seedPassword } from './seed.ts';

// pnpm start          proves the promises on the running application, then stays up
// pnpm start --once   proves them and leaves nothing behind; exit 1 when one does not hold

await runDemo({
  title: 'Team boilerplate',
  about: 'organizations, roles as rows, invitations',
  cast: 'Nora owns Ridgeline Sports, Marta owns Calder Studio, Priya is in both.',
  async open(place) {
    await prepareDatabase(place.adminUrl, place.password);
    await prepareOwnDatabase('eu1', await place.another(), place.password);
    return openWorld(place);
  },
  stageOf,
  steps,
  invite: printInvitation,
});

/** Says how to go on by hand. */
function printInvitation({ origin, port }: World): void {
  const json = `-H 'content-type: application/json'`;
  const jar = '-b /tmp/team-cookies -c /tmp/team-cookies';
  print(bold('Try it yourself, in a browser'));
  print(`${origin}  ${emailOf('nora')}  ${seedPassword}`);
  print();
  print(bold('Or in another terminal'));
  print(
    `curl -s ${jar} ${origin}/auth/sign-in/email ${json} -d '{"email":"${emailOf('priya')}","password":"${seedPassword}"}'`,
  );
  print(`curl -s ${jar} http://calder.${rootDomain}:${port}/api/projects`);
  print(`curl -s ${jar} http://ridgeline.${rootDomain}:${port}/api/permissions`);
  print(dim('# TENANT_FROM=header,token and the others: src/tenant-from.ts'));
}
