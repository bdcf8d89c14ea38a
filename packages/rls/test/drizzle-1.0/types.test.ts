import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

// that of TypeScript 7, which takes a fraction of the time
const tsc = fileURLToPath(
  new URL('../../../../node_modules/typescript-7/bin/tsc', import.meta.url),
);
const project = fileURLToPath(new URL('tsconfig.json', import.meta.url));

test('fragments, generator and columns compile unchanged on Drizzle 1.0', async () => {
  const run = promisify(execFile)(process.execPath, [tsc, '--noEmit', '-p', project]);
  const output = await run.then(
    () => '',
    (error: { stdout: string }) => error.stdout,
  );
  expect(output).toBe('');
});
