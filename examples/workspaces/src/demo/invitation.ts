import { bold, dim, print } from '@tenantry/example-kit/demo';
import { rootDomain, type World } from './world.ts';

/** Says how to go on by hand. */
export function printInvitation(
  { port, tokenOf, seeded }: World,
  { webUrl, adminUrl }: { readonly webUrl: string; readonly adminUrl: string },
): void {
  const api = `http://127.0.0.1:${port}/api`;
  const tom = `-H "authorization: Bearer $TOM" -H 'x-tenant: northwind'`;
  const contracts = seeded.workspaces.northwind.contracts;
  print(bold('Try it yourself, in another terminal'));
  print();
  print(`INES=${tokenOf('northwind/ines')}`);
  print(`TOM=${tokenOf('northwind/tom')}`);
  print();
  print(dim('# Inés sees all workspaces, by the subdomain of her tenant'));
  print(
    `curl -s http://northwind.${rootDomain}:${port}/api/workspaces -H "authorization: Bearer $INES"`,
  );
  print(dim('# Tom sees the documents of litigation, and searches in them'));
  print(`curl -s '${api}/documents?title=list' ${tom}`);
  print(dim('# he has no role in the other workspace: 404'));
  print(`curl -s ${api}/workspaces/${contracts}/projects ${tom}`);
  print(dim('# what Northwind uses of its plan'));
  print(`curl -s ${api}/usage ${tom}`);
  print(dim('# the login of the application has no right of its own; the owner sees everything'));
  print(`psql '${webUrl}' -c 'select title from documents'`);
  print(`psql '${adminUrl}' -c 'select title from documents'`);
}
