import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

it('proves its claims, and leaves nothing behind', async () => {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--conditions=@tenantry/source', '--import', 'tsx', 'src/demo.ts', '--once'],
    {
      cwd: fileURLToPath(new URL('..', import.meta.url)),
      env: { ...process.env, PORT: '0', NO_COLOR: '1' },
    },
  );
  expect(stdout).toMatch(/All \d+ claims hold\./);
  expect(stdout).not.toContain('does not hold');
});
