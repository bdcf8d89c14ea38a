import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { errorDocs, errorDocsFile } from '../../../../scripts/error-docs.ts';
import { errorCatalogue, TenantryError } from '../../src/index.ts';

test('the reference in the docs is the table that the code throws from', () => {
  expect(readFileSync(errorDocsFile, 'utf8'), 'run: pnpm docs:errors').toBe(errorDocs());
});

const packages = fileURLToPath(new URL('../../../', import.meta.url));
// package by package: their node_modules lead into each other, in circles
const sources = readdirSync(packages)
  .flatMap((name) => [`${name}/src/`, `${name}/sql/`])
  .filter((folder) => existsSync(`${packages}${folder}`))
  .flatMap((folder) =>
    readdirSync(`${packages}${folder}`, { recursive: true, encoding: 'utf8' })
      .filter((file) => /\.(ts|sql)$/.test(file) && !file.endsWith('errors/catalogue.ts'))
      .map((file) => readFileSync(`${packages}${folder}${file}`, 'utf8')),
  )
  .join('\n');

test.each(Object.keys(errorCatalogue))('%s is thrown by the code', (code) => {
  // in TypeScript 'CODE', in SQL 'CODE: what was found'
  expect(sources.includes(`'${code}'`) || sources.includes(`'${code}: `)).toBe(true);
});

test('an error says what was found, how to fix it, and where to read more', () => {
  const error = new TenantryError('TENANT_ID_MALFORMED', { found: 'a number' });
  expect(error).toMatchObject({ name: 'TenantryError', status: 400, found: 'a number' });
  expect(error.message).toBe(
    'The tenant id does not have the form that this tenancy uses. Found: a number. Fix: Pass the id as it is stored, without surrounding text. (TENANT_ID_MALFORMED)',
  );
  expect(error.docs).toMatch(/#tenant-id-malformed$/);
});

test('is recognised across copies of the package', async () => {
  const { TenantryError: other } = (await import('../../src/errors/index.ts?copy' as string)) as {
    TenantryError: typeof TenantryError;
  };
  const foreign = new other('TENANT_NOT_FOUND');
  expect(TenantryError.is(foreign, 'TENANT_NOT_FOUND')).toBe(true);
  expect(TenantryError.is(foreign, 'POOL_UNAVAILABLE')).toBe(false);
  expect(TenantryError.is(new Error('x'))).toBe(false);
});
