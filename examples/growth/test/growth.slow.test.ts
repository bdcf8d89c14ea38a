import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const demo = fileURLToPath(new URL('../src/demo.ts', import.meta.url));

it('a tenant moves while it works, the mover is killed once, and nothing is lost', async () => {
  const [code, output] = await new Promise<[unknown, string]>((resolve) => {
    execFile(
      process.execPath,
      ['--conditions=@tenantry/source', '--import', 'tsx', demo],
      { cwd: fileURLToPath(new URL('..', import.meta.url)) },
      (error, stdout, stderr) => resolve([error?.code ?? 0, stdout + stderr]),
    );
  });
  expect([code, output]).toEqual([0, expect.stringContaining('Nothing was lost.')]);
  expect(output.match(/✓ it was killed before the end/g)).toHaveLength(1);
});
