import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Tenancy } from '@tenantry/core';
import type { Feature, FeatureCommand } from '@tenantry/rls/feature';
import pg from 'pg';
import { emptyResult, type Result } from '../lib/result.ts';
import { figure, median } from '../lib/stats.ts';
import { silent } from './silent.ts';

export type Run = () => Promise<unknown>;

/** Runs one statement. */
export async function ask(url: string, text: string, values: unknown[] = []): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(text, values)).rows;
  } finally {
    await client.end();
  }
}

/** A folder of drizzle-kit that grows. */
export function growingFolder() {
  const folder = mkdtempSync(join(tmpdir(), 'tenantry-bench-'));
  mkdirSync(join(folder, 'meta'));
  const entries: { tag: string; when: number; idx: number; breakpoints: boolean }[] = [];
  return {
    folder,
    add(statements: readonly string[]) {
      const idx = entries.length;
      entries.push({ tag: `${idx}_step`, when: 1_800_000_000_000 + idx, idx, breakpoints: true });
      writeFileSync(
        join(folder, `${idx}_step.sql`),
        statements.join('\n--> statement-breakpoint\n'),
      );
      writeFileSync(join(folder, 'meta', '_journal.json'), JSON.stringify({ entries }));
    },
  };
}

/** The command as `tenantry migrate` runs it, without the start of a process. */
export async function migrateCommand(
  feature: Feature,
  tenancy: Tenancy,
  shared: string,
  folder: string,
) {
  const { migrate: command } = ((await feature.commands?.()) ?? {}) as { migrate: FeatureCommand };
  const options = { tries: 30, wait: 600, verify: false, 'dry-run': false, 'accept-drift': false };
  return async (more: { readonly parallel: number; readonly verify?: boolean }) => {
    const code = await command.run({
      tenancy,
      migrations: {
        url: () => shared,
        folder: () => folder,
        ledger: { schema: 'drizzle', table: '__drizzle_migrations' },
      },
      options: { ...options, ...more },
      print: silent,
      progress: () => {},
    });
    if (code !== 0) throw new Error('tenantry migrate has failed');
  };
}

/** Which row of the report two runs are. */
export interface Comparison {
  readonly op: string;
  readonly variant: string;
  readonly base: string;
  readonly pairs: number;
  /** Called before each side. */
  readonly before?: () => void;
}

/** Adjacent pairs, the order swapped; ratio is the time of the base to that of the other. */
export async function compare(
  { op, variant, base, pairs, before = () => {} }: Comparison,
  ofBase: Run,
  other: Run,
): Promise<Result> {
  const timed = async (run: Run) => {
    before();
    const since = performance.now();
    await run();
    return performance.now() - since;
  };
  const ratios: number[] = [];
  const times: number[] = [];
  for (let i = 0; i < pairs; i++) {
    const first = i % 2 === 0 ? await timed(ofBase) : undefined;
    const took = await timed(other);
    ratios.push((first ?? (await timed(ofBase))) / took);
    times.push(took);
  }
  return {
    ...emptyResult({ bench: 'growth', variant, base, op }),
    ratio: figure(median(ratios)),
    p50: figure(median(times)),
    pairs,
  };
}
