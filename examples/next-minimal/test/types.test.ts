import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { builtApp, example } from './support/built-app.ts';

// With the types that Next has made of the folders: RouteContext, PageProps, LayoutProps, and a check of
// what every route and page exports.

test('the application compiles against the sources', async () => {
  const folder = await builtApp('turbopack');
  const sources = relative(folder, join(example, '../../packages'));
  const core = (file: string) => [`${sources}/core/src/${file}`];
  const paths = {
    '@/*': ['./*'],
    '@tenantry/core': core('index.ts'),
    '@tenantry/core/adapter': core('adapter/index.ts'),
    '@tenantry/core/next': core('next/index.ts'),
    '@tenantry/core/next/client': core('next/client.ts'),
    '@tenantry/core/resolvers': core('resolvers/index.ts'),
    '@tenantry/core/sql': core('sql/index.ts'),
  };
  const tsconfig = {
    extends: relative(folder, join(example, 'tsconfig.json')),
    compilerOptions: { paths, incremental: false },
    include: ['app', 'lib', '*.ts', '.next/types/**/*.ts', `${sources}/core/src/**/*.d.ts`],
    exclude: ['node_modules'],
  };
  await writeFile(join(folder, 'tsconfig.check.json'), JSON.stringify(tsconfig));
  const tsc = join(example, '../../node_modules/typescript-7/bin/tsc');
  const { stdout } = await promisify(execFile)(process.execPath, [
    tsc,
    '--noEmit',
    '-p',
    join(folder, 'tsconfig.check.json'),
  ]).catch(({ stdout }) => ({ stdout }));
  expect(stdout).toBe('');
});
