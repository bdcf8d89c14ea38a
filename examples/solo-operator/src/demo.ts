import { print, runDemo } from '@tenantry/example-kit/demo';
import { home } from './demo/build.ts';
import { stageOf, steps } from './demo/steps.ts';
import { openWorld } from './demo/world.ts';

// npx pnpm@10 --filter ./examples/solo-operator start          proves its claims, then stays up
// npx pnpm@10 --filter ./examples/solo-operator start --once   proves them and ends; exit 1 when one does not hold

await runDemo({
  title: 'Solo operator',
  about: 'three small businesses, one database, one application of Next.js',
  cast: 'Priya runs Nair Studio, Tomás Oliveira Web; Jonas works for the first, and has Weber Ton besides.',
  open: ({ adminUrl, password, port }) => openWorld(adminUrl, password, port),
  stageOf,
  steps,
  invite({ port, environment }, { adminUrl }) {
    const { DATABASE_URL, DATABASE_URL_SYSTEM, VAULT_KEYS } = environment;
    const needed = Object.entries({ DATABASE_URL, DATABASE_URL_SYSTEM, VAULT_KEYS });
    const variables = needed.map(([name, value]) => `${name}='${value}'`);
    print(`Sign in at http://127.0.0.1:${port}/sign-in: choose a person, there are no passwords.`);
    print('Rotate the keys of all vaults, while it runs:');
    print(`  ${variables.join(' ')} \\`);
    print(`    npm --prefix '${home}' run rotate-vault`);
    print('Look at the ciphertexts:');
    print(`  psql '${adminUrl}' -c 'select name, encrypted_value from vault_items'`);
  },
});
