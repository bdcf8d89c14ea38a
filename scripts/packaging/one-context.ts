import { command } from '../steps/command.ts';

const program = `
import { createRequire } from 'node:module';
import { defineTenancy } from '@tenantry/core';
const commonJs = createRequire(import.meta.url)('@tenantry/core');
const options = { tenant: 'organization', id: 'text' };
const [ours, theirs] = [defineTenancy(options), commonJs.defineTenancy(options)];
const seen = await ours.run('acme', async () => theirs.current().organizationId);
if (seen !== 'acme') throw new Error('The CommonJS build sees the tenant ' + seen);
`;

/**
 * Checks that a scope opened in the ESM build is the scope of the CommonJS build: an application
 * and its libraries may load one each, and isolation must not depend on which.
 */
export async function checkOneContext(consumer: string): Promise<void> {
  await command(process.execPath, ['--input-type=module', '-e', program], { cwd: consumer });
}
