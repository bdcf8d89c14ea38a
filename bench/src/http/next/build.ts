import { execFile } from 'node:child_process';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

/** The application, beside the bundle that `pnpm bench` runs: it has bundled its route into it. */
export const nextApp = fileURLToPath(new URL('./next', import.meta.url));

/** Makes the production build of the application, which takes about 20 s. Its output is in the error. */
export async function buildNext(): Promise<void> {
  const next = createRequire(import.meta.url).resolve('next/dist/bin/next');
  const { NODE_OPTIONS, ...env } = process.env;
  await promisify(execFile)(process.execPath, [next, 'build', nextApp], {
    env: { ...env, NODE_ENV: 'production', NEXT_TELEMETRY_DISABLED: '1' },
    maxBuffer: 1e8,
  });
}
