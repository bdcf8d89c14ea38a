import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { NextConfig } from 'next';

type Manifest = {
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly exports?: Readonly<Record<string, unknown>>;
};
const read = (folder: string): Manifest =>
  JSON.parse(readFileSync(join(import.meta.dirname, folder, 'package.json'), 'utf8'));

/**
 * The packages of this repository are TypeScript until they are published, and Turbopack cannot be told of the
 * condition by which other tools find it. An installed package has no such condition, and no alias.
 */
function sourcesOfPackages(): Record<string, string> {
  const aliases: Record<string, string> = {};
  for (const name of Object.keys(read('.').dependencies ?? {})) {
    if (!name.startsWith('@tenantry/')) continue;
    const folder = `./node_modules/${name}`;
    for (const [path, target] of Object.entries(read(folder).exports ?? {})) {
      const source = (target as Record<string, unknown>)['@tenantry/source'];
      if (typeof source === 'string')
        aliases[name + path.slice(1)] = `${folder}/${source.slice(2)}`;
    }
  }
  return aliases;
}

const config: NextConfig = {
  poweredByHeader: false,
  turbopack: { resolveAlias: sourcesOfPackages() },
  // `npx tsc` looks at the types, of the tests too
  typescript: { ignoreBuildErrors: true },
  headers: async () => [
    {
      source: '/:path*',
      headers: [
        {
          key: 'content-security-policy',
          // without JavaScript the order of a plan is a form that leads to Stripe
          value:
            "frame-ancestors 'none'; base-uri 'self'; form-action 'self' https://checkout.stripe.com https://billing.stripe.com",
        },
        { key: 'referrer-policy', value: 'same-origin' },
        { key: 'x-content-type-options', value: 'nosniff' },
      ],
    },
  ],
};

export default config;
