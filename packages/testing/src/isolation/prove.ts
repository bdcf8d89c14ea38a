import { TenantryError } from '../errors.ts';
import { adoptionPrefix } from './adoption.ts';
import { assertHomes } from './assert-homes.ts';
import { attacksByName, attacksByNameAlone, attacksByPath, byName } from './attacks/by-path.ts';
import { lostContext, scopeAttacks } from './attacks/context.ts';
import { objectAttacks } from './attacks/objects.ts';
import { readingAttacks } from './attacks/reading.ts';
import { shardAttacks } from './attacks/shards.ts';
import type { TableAttack } from './attacks/table-attack.ts';
import { writingAttacks } from './attacks/writing.ts';
import type { Ground } from './ground.ts';
import { libraryOf } from './library.ts';
import { type Table, tablesToProve } from './model.ts';
import { reportOf } from './report.ts';
import { asText, isRow } from './rows/sql.ts';
import { prepareGround } from './set-up.ts';
import { asSystem } from './system.ts';
import type {
  AttackResult,
  ExpectIsolatedOptions,
  IsolationReport,
  IsolationRun,
  RowHooks,
  RowRequest,
} from './types.ts';
import { result, type World } from './world.ts';

/** How many tables are attacked at once. */
const lanes = 3;

/** Inserts the rows, attacks, deletes the rows, and evaluates. `expectIsolated` calls it. */
export async function prove<P extends string>({
  rows = {},
  ...given
}: ExpectIsolatedOptions<P>): Promise<IsolationReport> {
  const started = performance.now();
  const { property } = given.tenancy;
  const hooks = Object.entries(rows).map(([table, hook]): [string, RowHooks[string]] => [
    table,
    ({ tenant, ...request }) => hook({ ...request, [property]: tenant } as RowRequest<P>),
  ]);
  const options: IsolationRun = { ...given, rows: Object.fromEntries(hooks) };
  const { pool, tenancy, place } = options;
  const library = await libraryOf(options.through ?? pool);
  const ground = await prepareGround(options, await tablesToProve(options));
  let report: IsolationReport;
  try {
    const world: World = { ...ground, pool, tenancy, place, library };
    await assertHomes(world);
    const objects = await objectAttacks(world);
    const results = [
      ...(await attackAll(world)),
      ...objects.results,
      ...(await untouched(options, ground)),
    ];
    const tables = ground.tables.map(({ title }) => title);
    const unproven = [...ground.unproven, ...objects.unproven];
    report = reportOf(tables, results, unproven, performance.now() - started);
  } finally {
    await ground.clear();
  }
  judge(report, options.adopting === true);
  return report;
}

async function attackAll(world: World): Promise<AttackResult[]> {
  const { byPath } = world;
  const attacked = world.tables.filter(({ isolation }) => isolation !== 'shared');
  const readable = attacked.filter(({ isolation }) => isolation !== 'system');
  const [first] = readable.filter(({ isolation }) => isolation === 'scoped').concat(readable);
  const together = readingAttacks.filter(({ name }) => name !== 'prepared statement');
  const alone = readingAttacks.filter((attack) => !together.includes(attack));
  const results = await inLanes(world.tables, (table) =>
    attackTable(world, table, [
      ...(table.isolation === 'shared' ? [] : together),
      ...writingAttacks,
      ...(byPath.has(table.title) ? [...attacksByName, ...attacksByPath] : []),
    ]),
  );
  // these need one connection to change from one tenant to the other, so nothing else may use it
  for (const table of readable) {
    const both = byPath.has(table.title) ? [...alone, ...attacksByNameAlone] : alone;
    results.push(...(await attackTable(world, table, both)));
  }
  results.push(...(await shardAttacks(world)));
  results.push(...(await lostContext(world, attacked)));
  if (first !== undefined) results.push(...(await scopeAttacks(world, first)));
  const named = readable.find(({ title }) => byPath.has(title));
  if (named !== undefined) results.push(...(await scopeAttacks(world, byName(named), ', by name')));
  return results;
}

async function attackTable(
  world: World,
  table: Table,
  attacks: readonly TableAttack[],
): Promise<AttackResult[]> {
  const results: AttackResult[] = [];
  for (const attack of attacks) {
    const outcome = await attack.run(world, table);
    if (outcome !== undefined) results.push(result(attack.name, table.title, outcome));
  }
  return results;
}

async function inLanes(
  tables: readonly Table[],
  work: (table: Table) => Promise<AttackResult[]>,
): Promise<AttackResult[]> {
  const waiting = [...tables];
  const results: AttackResult[] = [];
  const lane = async () => {
    for (let table = waiting.shift(); table !== undefined; table = waiting.shift()) {
      results.push(...(await work(table)));
    }
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  const order = new Map(tables.map(({ title }, i) => [title, i]));
  return results.sort((a, b) => (order.get(a.target) ?? 0) - (order.get(b.target) ?? 0));
}

/** Checks that the rows of the other tenant are unchanged, independent of the results of attacks. */
async function untouched(
  options: IsolationRun,
  { tables, victim }: Ground,
): Promise<AttackResult[]> {
  return asSystem(options, 'control of an isolation test', async (client) => {
    const results: AttackResult[] = [];
    for (const table of tables) {
      const row = victim.rows.get(table.title);
      if (row === undefined) continue;
      const { rows } = await client.query(
        `select ${asText(table)} from ${table.sql} where ${isRow(table, row)}`,
      );
      const same = table.columns.every(({ name }) => rows[0]?.[name] === row[name]);
      results.push(
        result('afterwards', table.title, {
          reached: rows.length === 1 && same ? 0 : 1,
          couldReach: 1,
          how: rows.length === 0 ? 'the row is gone' : same ? 'unchanged' : 'the row has changed',
        }),
      );
    }
    return results;
  });
}

function judge(report: IsolationReport, adopting: boolean): void {
  const { leaks, results, unproven } = report;
  if (leaks.length > 0) {
    const attacks = [...new Set(leaks.map(({ attack, target }) => `${attack} on ${target}`))];
    throw new TenantryError('ISOLATION_BROKEN', {
      found: `${attacks.slice(0, 8).join(', ')}${attacks.length > 8 ? ` and ${attacks.length - 8} more` : ''}.\n\n${report}\n`,
    });
  }
  const vacuous = results.filter(({ outcome }) => outcome === 'vacuous');
  const open = unproven.filter(
    ({ why }) => !why.startsWith('skipped: ') && !(adopting && why.startsWith(adoptionPrefix)),
  );
  if (vacuous.length + open.length === 0 && results.length > 0) return;
  throw new TenantryError('ISOLATION_NOT_PROVEN', { found: `\n\n${report}\n` });
}
