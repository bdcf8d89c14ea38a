import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { buildApp, home } from '../src/demo/build.ts';

// Pages and actions are a program of their own, because the types of Next change those of Node.

test('the pages compile, with the types that Next has made of their folders', async () => {
  await buildApp();
  const tsc = join(home, '../../node_modules/typescript-7/bin/tsc');
  const { stdout } = await promisify(execFile)(process.execPath, [tsc, '--noEmit', '-p', home], {
    maxBuffer: 1e8,
  }).catch(({ stdout }) => ({ stdout }));
  expect(stdout).toBe('');
});
