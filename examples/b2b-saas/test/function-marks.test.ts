import { applySchema, withClient } from '@tenantry/testing/schema';
import { testDatabase } from '@tenantry/testing/vitest';
import { expect, test } from 'vitest';
import * as schema from '../src/schema.ts';
import config from '../tenantry.config.ts';

// What a function promises the planner is no more than what it does, and what it calls does. What
// writes, locks, takes a number or looks at the clock is volatile; what reads a table or a setting is
// stable at most. A worker of a parallel query has another process id than the one that a signed context
// was signed for, so what checks the signature stays in the leader: parallel restricted. What writes is
// unsafe. PostgreSQL trusts these marks: with a wrong one an answer is kept that has changed, or a
// worker refuses a context that is right.
const volatility = 'isv';
const parallel = 'sru';

interface Made {
  readonly name: string;
  readonly signature: string;
  readonly volatile: string;
  readonly parallel: string;
  readonly source: string;
}

const writes =
  /\b(?:insert\s+into|update\s+\S+\s+\S+\s+set|update\s+\S+\s+set|delete\s+from|merge\s+into|create\s+|drop\s+|alter\s+|lock\s+table|truncate|execute\s)|for\s+(?:no\s+key\s+)?update\b|for\s+(?:key\s+)?share\b/i;
const reads =
  /\b(?:from|join)\s+(?:"|tenantry\.|pg_)|current_setting\s*\(|\bcurrent_user\b|\bsession_user\b/i;

const withoutTexts = (source: string) =>
  source
    .replace(/--[^\n]*/g, '')
    .replace(/\$text\$.*?\$text\$/gs, "''")
    .replace(/'(?:[^']|'')*'/g, "''");

async function marks(url: string): Promise<string[]> {
  return withClient(url, async (client) => {
    const { rows: made } = await client.query<Made>(
      `select p.proname as name, p.oid::regprocedure::text as signature, p.provolatile as volatile, p.proparallel as parallel,
         coalesce(p.prosrc, '') || coalesce(pg_get_function_sqlbody(p.oid), '') as source
       from pg_proc p where p.pronamespace = 'tenantry'::regnamespace and p.prorettype <> 'trigger'::regtype`,
    );
    // of several with one name the one that promises most: which is called nobody says here
    const { rows: own } = await client.query<Omit<Made, 'signature' | 'source'>>(
      `select p.proname as name, min(array_position(array['i','s','v'], p.provolatile::text)) - 1 as volatile,
         min(array_position(array['s','r','u'], p.proparallel::text)) - 1 as parallel
       from pg_proc p where p.pronamespace = 'pg_catalog'::regnamespace group by 1`,
    );
    const builtIn = new Map(own.map((each) => [each.name, each]));
    const wrong: string[] = [];
    for (const { signature, volatile, parallel: marked, source } of made) {
      const code = withoutTexts(source);
      let least = { volatile: 0, parallel: 0, by: 'nothing', inParallel: 'nothing' };
      const needs = (v: number, p: number, by: string) => {
        if (v > least.volatile) least = { ...least, volatile: v, by };
        if (p > least.parallel) least = { ...least, parallel: p, inParallel: by };
      };
      if (reads.test(code)) needs(1, 0, 'a read');
      if (writes.test(code)) needs(2, 2, writes.exec(code)?.[0] ?? 'a write');
      for (const [, schemaName, called = ''] of code.matchAll(
        /\b(?:(tenantry)\.)?"?([a-z_0-9]+)"?\s*\(/g,
      )) {
        if (schemaName === undefined) {
          const found = builtIn.get(called);
          if (found !== undefined) needs(Number(found.volatile), Number(found.parallel), called);
          continue;
        }
        const candidates = made.filter(({ name }) => name === called);
        if (candidates.length === 0) continue;
        needs(
          Math.min(...candidates.map((each) => volatility.indexOf(each.volatile))),
          Math.min(...candidates.map((each) => parallel.indexOf(each.parallel))),
          `tenantry.${called}`,
        );
      }
      if (volatility.indexOf(volatile) < least.volatile) {
        wrong.push(
          `${signature} is ${volatile} and needs ${volatility[least.volatile]} for ${least.by}`,
        );
      }
      if (parallel.indexOf(marked) < least.parallel) {
        wrong.push(
          `${signature} is parallel ${marked} and needs ${parallel[least.parallel]} for ${least.inParallel}`,
        );
      }
    }
    expect(made.length).toBeGreaterThan(100);
    return wrong.sort();
  });
}

/** What knows better, and why. */
const known: Readonly<Record<string, string>> = {
  // it sets the context as the one call of its statement, and reads all facts with one snapshot
  enter: 'tenantry.enter(',
  // the encoding of a database never changes
  convertTo: 'tenantry.audit_seal_hash(',
  // what it executes is a SELECT
  select: 'tenantry.audit_default_months(',
};

test.each(['plain', 'signed'] as const)(
  'no function promises more than it keeps, with a context that is %s',
  async (context) => {
    const { url } = await testDatabase({
      key: `b2b-saas-marks-${context}`,
      migrate: (empty: string) =>
        applySchema(empty, { ...config, schema, tenancy: { ...config.tenancy, context } }),
    });
    const wrong = await marks(url);
    const reasons = Object.values(known);
    expect(wrong.filter((each) => !reasons.some((name) => each.startsWith(name)))).toEqual([]);
    // an exception that is none any more goes
    expect(reasons.filter((name) => !wrong.some((each) => each.startsWith(name)))).toEqual([]);
  },
);
