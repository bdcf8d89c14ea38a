import { type Ddl, ddl, join, literal, name } from '@tenantry/core/sql';
import { objectName } from '../../fragments/names.ts';
import { type Action, long, short } from '../action.ts';
import { rowsOf } from '../connection.ts';
import type { AdoptFinding } from '../finding.ts';
import { type Partition, partitionsOf } from '../leaves.ts';
import type { PlannedIndex, Step, StepContext } from './step.ts';
import { tooLong } from './too-long.ts';

/** An index as it stands. */
interface StandingIndex {
  readonly name: string;
  readonly valid: boolean;
  readonly unique: boolean;
  /** Whether all rows are in it, in the order of a b-tree. */
  readonly whole: boolean;
  readonly columns: readonly string[];
}

export const keysStep: Step = {
  name: 'keys',
  async before(context) {
    const standing = await standingIndexes(context);
    const wanted = context.indexes.filter((index) => !isCovered(index, standing));
    const found: AdoptFinding[] = [];
    for (const index of wanted) found.push(...(await tooLong(context, index)));
    // the same rows are too long for several indexes
    return found.filter((each, i) => found.findIndex((other) => other.found === each.found) === i);
  },
  async actions(context) {
    const { live } = context;
    const standing = await standingIndexes(context);
    const wanted = context.indexes.filter((index) => !isCovered(index, standing));
    const drop = wanted
      .filter((index) => standing.some(({ name: own, valid }) => own === index.name && !valid))
      .map((index) =>
        long(ddl`drop index concurrently if exists ${name(live.schema, index.name)}`.sql),
      );
    const rename = takenNames(wanted, standing).map((taken) =>
      short(ddl`alter index ${name(live.schema, taken)} rename to ${name(besides(taken))}`.sql),
    );
    if (live.kind !== 'partitioned') {
      const target = name(live.schema, live.name);
      return [...drop, ...rename, ...wanted.map((index) => long(createSql(index, target)))];
    }
    const tree = await partitionsOf(context.connection, live.oid);
    const own = await indexesOf(
      context,
      tree.map(({ oid }) => oid),
    );
    const broken = new Set(own.flatMap(({ name: of, valid }) => (valid ? [] : [of])));
    return [...rename, ...wanted.flatMap((index) => ofPartitions(index, tree, broken))];
  },
  async migration(context) {
    const standing = await standingIndexes(context);
    const wanted = context.indexes.filter((index) => !isCovered(index, standing));
    const { schema, name: table } = context.live;
    const renamed = takenNames(wanted, standing).map((taken) => {
      const other = name(schema, besides(taken));
      return ddl`
        do $tenantry$
        begin
          if to_regclass(${literal(other.sql)}) is null then
            alter index if exists ${name(schema, taken)} rename to ${name(besides(taken))};
          end if;
        end
        $tenantry$
      `.sql;
    });
    return [
      ...renamed,
      // one that another covers: `generate` without Drizzle would leave it out
      ...wanted
        .filter((index) => isBeginning(index, wanted))
        .map(
          (index) =>
            ddl`create ${kindOf(index)} if not exists ${name(index.name)} on ${name(schema, table)} (${columnsOf(index)})`
              .sql,
        ),
    ];
  },
  async undo(context) {
    const standing = await standingIndexes(context);
    const { live } = context;
    const wanted = context.indexes.filter((index) => !isCovered(index, standing));
    return [
      ...wanted.map((index) => {
        const own = name(live.schema, index.name);
        return live.kind === 'partitioned'
          ? short(ddl`drop index if exists ${own}`.sql)
          : long(ddl`drop index concurrently if exists ${own}`.sql);
      }),
      ...takenNames(wanted, standing).map((taken) =>
        short(
          ddl`alter index if exists ${name(live.schema, besides(taken))} rename to ${name(taken)}`
            .sql,
        ),
      ),
    ];
  },
};

/** The names of our indexes that another index of the application has. */
const takenNames = (
  wanted: readonly PlannedIndex[],
  standing: readonly StandingIndex[],
): string[] =>
  standing
    .filter(({ name: own, valid }) => valid && wanted.some((index) => index.name === own))
    .map(({ name: own }) => own);

/** What such an index is called beside ours. */
const besides = (taken: string): string => objectName(taken, 'without_tenant');

/** Whether an index that stands does the same: a unique one exactly, another by its first columns. */
const isCovered = (index: PlannedIndex, standing: readonly StandingIndex[]): boolean =>
  standing.some(
    ({ valid, whole, unique, columns }) =>
      valid &&
      whole &&
      (!index.unique || (unique && columns.length === index.columns.length)) &&
      index.columns.every((column, i) => columns[i] === column),
  );

const isBeginning = (index: PlannedIndex, others: readonly PlannedIndex[]): boolean =>
  !index.unique &&
  others.some(
    (other) => other !== index && index.columns.every((column, i) => other.columns[i] === column),
  );

const columnsOf = (index: PlannedIndex): Ddl => join(index.columns.map((column) => name(column)));
const kindOf = (index: PlannedIndex): Ddl => (index.unique ? ddl`unique index` : ddl`index`);

const createSql = (index: PlannedIndex, target: Ddl, own: string = index.name): string =>
  ddl`create ${kindOf(index)} concurrently if not exists ${name(own)} on ${target} (${columnsOf(index)})`
    .sql;

/**
 * CONCURRENTLY knows no partitioned table: that has an empty index first, to which the index of each
 * partition is attached. It is valid when all are.
 */
function ofPartitions(
  index: PlannedIndex,
  tree: readonly Partition[],
  broken: ReadonlySet<string>,
): Action[] {
  const nameOf = (part: Partition) =>
    part.parent === null
      ? index.name
      : objectName(part.name, ...index.columns, index.unique ? 'key' : 'idx');
  const byOid = new Map(tree.map((part) => [part.oid, part]));
  return tree.flatMap((part): Action[] => {
    const own = nameOf(part);
    const target = name(part.schema, part.name);
    const parent = byOid.get(part.parent ?? 0);
    const at = name(part.schema, own);
    return [
      ...(part.isLeaf && broken.has(own)
        ? [long(ddl`drop index concurrently if exists ${at}`.sql)]
        : []),
      part.isLeaf
        ? long(createSql(index, target, own))
        : short(
            ddl`create ${kindOf(index)} if not exists ${name(own)} on only ${target} (${columnsOf(index)})`
              .sql,
          ),
      ...(parent === undefined
        ? []
        : [
            short(
              ddl`alter index ${name(parent.schema, nameOf(parent))} attach partition ${at}`.sql,
            ),
          ]),
    ];
  });
}

const standingIndexes = (context: StepContext) => indexesOf(context, [context.live.oid]);

const indexesOf = ({ connection }: StepContext, tables: readonly number[]) =>
  rowsOf<StandingIndex>(
    connection,
    `select x.relname::text as name, i.indisvalid as valid, i.indisunique as unique,
       i.indpred is null and i.indexprs is null and m.amname = 'btree' as whole,
       array(select a.attname::text from pg_catalog.unnest(i.indkey) with ordinality k (n, p)
         join pg_catalog.pg_attribute a on a.attrelid = i.indrelid and a.attnum = k.n
         where k.p <= i.indnkeyatts order by k.p) as columns
     from pg_catalog.pg_index i join pg_catalog.pg_class x on x.oid = i.indexrelid
     join pg_catalog.pg_am m on m.oid = x.relam where i.indrelid = any ($1::oid[])`,
    [tables],
  );
