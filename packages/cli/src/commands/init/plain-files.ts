import { posix } from 'node:path';

/** tenantry.config.ts of an application without Drizzle; `fragments` are what tenancy.ts exports. */
export const plainConfigFile = (folder: string, options: string, fragments: readonly string[]) => {
  const used = fragments.filter((each) => new RegExp(`\\b${each}\\b`).test(options));
  const imported = ['tenancy', ...used].sort();
  return `import { defineConfig } from 'tenantry';
import { ${imported.join(', ')} } from './${posix.join(folder, 'tenancy.ts')}';

export default defineConfig({
  tenancy,
${options}});
`;
};

export const plainPoolFile = `import { createTenantPool } from '@tenantry/core';
import { tenancy } from './tenancy.ts';

export const pool = createTenantPool(tenancy, { connectionString: process.env.DATABASE_URL });
`;
