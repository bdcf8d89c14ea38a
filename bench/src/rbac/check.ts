import { AbilityBuilder, createMongoAbility } from '@casl/ability';
import { createAccessControl } from 'better-auth/plugins/access';
import type { BenchDatabase } from '../lib/database.ts';
import { type Comparison, measurePairs } from '../lib/pairs.ts';
import { emptyResult, type Result } from '../lib/result.ts';
import { figure } from '../lib/stats.ts';
import type { Pace } from './pace.ts';
import { openPool, tenantId, userId } from './prepare.ts';
import { actions, rbac, resources } from './schema.ts';

/** How many checks are one operation: the clock sees no single one. */
const checks = 10_000;

type Permission = (typeof rbac.permissions)[number];
/** A check of question number `i`. */
type Check = (i: number) => boolean;

/** A thousand questions in an order that no branch predictor learns, as every library asks them. */
const questions = Array.from({ length: 1024 }, (_, i) => {
  const at = (i * 7919 + (i >> 3) * 31) % rbac.permissions.length;
  const permission = rbac.permissions[at] as Permission;
  const [resource = '', action = ''] = permission.split(':');
  return { permission, resource, action, request: { [resource]: [action] } };
});
const question = (i: number) => questions[i & 1023] as (typeof questions)[number];

/** What the member of a tenant holds: member and nothing else. */
const granted = rbac.definition.roles.find(({ key }) => key === 'member')?.granted ?? [];

function contenders(): Record<string, Check> {
  const can = rbac.checker();
  const set = new Set<string>(granted);
  const builder = new AbilityBuilder(createMongoAbility);
  const statements: Record<string, string[]> = {};
  for (const permission of granted) {
    const [resource = '', action = ''] = permission.split(':');
    builder.can(action, resource);
    statements[resource] = [...(statements[resource] ?? []), action];
  }
  const ability = builder.build();
  const control = createAccessControl(
    Object.fromEntries(resources.map((resource) => [resource, actions])),
  );
  const role = control.newRole(statements as never);
  return {
    set: (i) => set.has(question(i).permission),
    tenantry: (i) => can(question(i).permission),
    'tenantry-scope': (i) => rbac.can(question(i).permission),
    casl: (i) => ability.can(question(i).action, question(i).resource),
    'better-auth': (i) => role.authorize(question(i).request as never).success,
  };
}

const comparisons: readonly Comparison[] = [
  { base: 'set', variant: 'set' },
  { base: 'set', variant: 'tenantry' },
  { base: 'set', variant: 'tenantry-scope' },
  { base: 'set', variant: 'casl' },
  { base: 'set', variant: 'better-auth' },
  { base: 'casl', variant: 'tenantry' },
  { base: 'better-auth', variant: 'tenantry' },
  { base: 'casl', variant: 'tenantry-scope' },
  { base: 'better-auth', variant: 'tenantry-scope' },
];

/**
 * Times one check in this process, with what each library holds for a user at hand: a Set, an
 * ability, a role, ours of `rbac.checker()`. `tenantry-scope` is `rbac.can`, which finds its scope in
 * every call.
 */
export async function measureChecks(database: BenchDatabase, pace: Pace): Promise<Result[]> {
  const pool = openPool(database, 1);
  const entry = { claim: { by: 'id', value: tenantId(2) }, user: userId(2) };
  const measured = await pool.enter(entry, () => {
    const all = Object.entries(contenders());
    agree(all);
    return measurePairs(
      all.map(([name, check]) => ({
        name,
        operation: async () => {
          let hits = 0;
          for (let i = 0; i < checks; i++) if (check(i)) hits++;
          if (hits === 0) throw new Error(`${name} allows nothing`);
        },
      })),
      comparisons,
      { concurrency: 1, ...pace, cpu: database.cpu },
    );
  });
  await pool.end();
  return measured.map(({ base, variant, ratio, p50, pairs, noise }) => ({
    ...emptyResult({ bench: 'rbac', variant, base, op: 'check' }),
    ratio: figure(ratio),
    ns: figure((p50 / checks) * 1e6),
    pairs,
    noise: figure(noise, 2),
  }));
}

/** Every contender answers every question alike, or a figure would compare different work. */
export function agree(all: readonly (readonly [string, Check])[]): void {
  for (let i = 0; i < questions.length; i++) {
    const answers = new Set(all.map(([, check]) => check(i)));
    if (answers.size > 1) throw new Error(`the contenders disagree on ${question(i).permission}`);
  }
}
