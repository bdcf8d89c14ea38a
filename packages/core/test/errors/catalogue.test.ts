import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { documentedErrors, errorDocs, errorDocsFile } from '../../../../scripts/error-docs.ts';
import { toErrorResponse } from '../../src/adapter/index.ts';
import { fromSql } from '../../src/errors/index.ts';
import { defineErrors, TenantryError } from '../../src/index.ts';

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
      .filter((file) => /\.(ts|sql)$/.test(file) && !/^errors(\.ts|\/codes\/)/.test(file))
      .map((file) => readFileSync(`${packages}${folder}${file}`, 'utf8')),
  )
  .join('\n');

test.each(documentedErrors())('$code of $package is thrown by the code', ({ code }) => {
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

declare global {
  interface TenantryErrorCodes {
    readonly NOTE_LOCKED: true;
  }
}

describe('codes of another package', () => {
  const locked = { status: 409, title: 'Somebody edits the note', fix: 'Try again later.' };
  const define = (owner: string, codes: Parameters<typeof defineErrors>[1]) =>
    defineErrors(owner, codes, { docs: 'https://acme.example/errors#' });

  test('are thrown, answered and documented as ours', () => {
    define('acme-notes', { NOTE_LOCKED: locked });
    const error = new TenantryError('NOTE_LOCKED', { found: 'note 7' });
    expect(error).toMatchObject({ status: 409, docs: 'https://acme.example/errors#note-locked' });
    expect(JSON.parse(toErrorResponse(error).body)).toMatchObject({
      code: 'NOTE_LOCKED',
      title: 'Somebody edits the note',
      detail: 'note 7',
    });
  });

  test('come from SQL, with what the package says of them', () => {
    define('acme-notes', { NOTE_LOCKED: locked });
    const raised = Object.assign(new Error('NOTE_LOCKED: note 7'), { code: 'TN001' });
    expect(fromSql(raised)).toMatchObject({ code: 'NOTE_LOCKED', status: 409, found: 'note 7' });
  });

  test('come from SQL in words where no package that is loaded defines them', () => {
    const raised = Object.assign(new Error('NOTE_SHREDDED: note 7'), {
      code: 'TN001',
      detail: '{"status": 410}',
    });
    const error = fromSql(raised);
    expect(error).toMatchObject({ code: 'NOTE_SHREDDED', status: 410, found: 'note 7' });
    expect(TenantryError.is(error)).toBe(true);
  });

  test('are defined again by another copy of the package, and by no other package', () => {
    define('acme-notes', { NOTE_LOCKED: locked });
    define('acme-notes', { NOTE_LOCKED: { ...locked, fix: 'Wait.' } });
    expect(() => define('other-notes', { NOTE_LOCKED: locked })).toThrow(/a code of acme-notes/);
    expect(() => define('acme-notes', { TENANT_NOT_FOUND: locked })).toThrow(/@tenantry\/core/);
  });

  test.each([
    ['lower case', { note_locked: locked }],
    ['a status of success', { NOTE_LOCKED: { ...locked, status: 200 } }],
    ['no title', { NOTE_LOCKED: { ...locked, title: ' ' } }],
    ['no fix', { NOTE_LOCKED: { ...locked, fix: '' } }],
  ])('are refused with %s', (_, codes) => {
    expect(() => define('acme-notes', codes)).toThrow(TypeError);
  });
});
