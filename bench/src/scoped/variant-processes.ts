import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { ask } from '../lib/child.ts';
import type { BenchDatabase } from '../lib/database.ts';
import type { RemoteContender } from '../lib/pairs.ts';
import type { Ran } from '../lib/window.ts';
import type { OperationName } from './operations.ts';
import { logins } from './schema.ts';
import type { Question } from './variant-process.ts';

// beside the bundle that `pnpm bench` runs, and without its loader of TypeScript
const program = fileURLToPath(new URL('./scoped-variant.js', import.meta.url));

/** All variants that are compared, each in a process of its own. */
export interface VariantProcesses {
  /** Opens a pool of `max` connections in every process. */
  open(way: 'direct' | 'proxy', max: number): Promise<void>;
  /** An operation of every variant, on the pools that are open. */
  contenders(op: OperationName): RemoteContender[];
  /** Closes the pools. */
  close(): Promise<void>;
  end(): void;
}

/**
 * Starts a process for each variant: an application sends its statements in one way, and in a
 * process that knows eight, code is compiled for all of them and each slows the others.
 */
export function startVariants(
  database: BenchDatabase,
  variants: readonly string[],
): VariantProcesses {
  const started = variants.map((variant) => ({
    variant,
    child: fork(program, {
      execArgv: [],
      serialization: 'advanced',
      stdio: ['ignore', 2, 2, 'ipc'], // stdout of --json is the JSON alone
    }),
  }));
  return {
    async open(way, max) {
      const urls = Object.fromEntries(
        Object.values(logins).map((login) => [login, database.url(login, way)]),
      );
      for (const { variant, child } of started) {
        await ask<Question>(child, { ask: 'open', variant, urls, max });
      }
    },
    contenders: (op) =>
      started.map(({ variant, child }) => ({
        name: variant,
        run: (window) => ask<Question>(child, { ask: 'run', op, window }) as Promise<Ran>,
      })),
    async close() {
      for (const { child } of started) await ask<Question>(child, { ask: 'close' });
    },
    end() {
      for (const { child } of started) child.disconnect();
    },
  };
}
