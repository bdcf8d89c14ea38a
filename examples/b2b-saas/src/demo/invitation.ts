import { bold, dim, print } from '@tenantry/example-kit/demo';
import { rootDomain, type World } from './world.ts';

/** Says how to go on by hand. */
export function printInvitation(
  { port, tokens }: World,
  { webUrl, adminUrl }: { readonly webUrl: string; readonly adminUrl: string },
): void {
  const api = `http://127.0.0.1:${port}/api`;
  const ada = `-H "authorization: Bearer $ADA"`;
  const bob = `-H "authorization: Bearer $BOB"`;
  const acme = `-H 'x-organization: acme'`;
  const json = `-H 'content-type: application/json'`;
  print(bold('Try it yourself, in another terminal'));
  print();
  print(`ADA=${tokens.ada}`);
  print(`BOB=${tokens.bob}`);
  print();
  print(dim('# Ada reads Acme, by header and by subdomain'));
  print(`curl -s ${api}/projects ${ada} ${acme}`);
  print(`curl -s http://acme.${rootDomain}:${port}/api/projects ${ada}`);
  print(dim('# Ada adds a project'));
  print(`curl -s ${api}/projects ${ada} ${acme} ${json} -d '{"name":"Roadmap"}'`);
  print(dim('# Bob is of Globex: 404'));
  print(`curl -s ${api}/projects ${bob} ${acme}`);
  print(dim('# Bob founds an organization'));
  print(
    `curl -s http://127.0.0.1:${port}/account/organizations ${bob} ${json} -d '{"name":"Initech","slug":"initech"}'`,
  );
  print(dim('# the login of the application has no right of its own; the owner sees everything'));
  print(`psql '${webUrl}' -c 'select * from projects'`);
  print(`psql '${adminUrl}' -c 'select * from projects'`);
}
