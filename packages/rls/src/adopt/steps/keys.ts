import { type Ddl, ddl, join, name } from '@tenantry/core/sql';
import { objectName } from '../../fragments/names.ts';
import { type Action, long, short } from '../action.ts';
import { rowsOf } from '../connection.ts';
import { leavesOf } from '../leaves.ts';
import type { PlannedIndex, Step, StepContext } from './step.ts';

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
    const leaves = await leavesOf(context.connection, live.oid);
    return [...rename, ...wanted.flatMap((index) => ofPartitions(index, context, leaves))];
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

const columnsOf = (index: PlannedIndex): Ddl => join(index.columns.map((column) => name(column)));
const kindOf = (index: PlannedIndex): Ddl => (index.unique ? ddl`unique index` : ddl`index`);

const createSql = (index: PlannedIndex, target: Ddl, own: string = index.name): string =>
  ddl`create ${kindOf(index)} concurrently if not exists ${name(own)} on ${target} (${columnsOf(index)})`
    .sql;

/** CONCURRENTLY knows no partitioned table: each partition has its index first, and then the table. */
function ofPartitions(
  index: PlannedIndex,
  { live }: StepContext,
  leaves: readonly { readonly schema: string; readonly name: string }[],
): Action[] {
  const own = name(live.schema, index.name);
  return [
    short(
      ddl`create ${kindOf(index)} if not exists ${name(index.name)} on only ${name(live.schema, live.name)} (${columnsOf(index)})`
        .sql,
    ),
    ...leaves.flatMap((leaf) => {
      const ofLeaf = objectName(leaf.name, ...index.columns, index.unique ? 'key' : 'idx');
      return [
        long(createSql(index, name(leaf.schema, leaf.name), ofLeaf)),
        short(ddl`alter index ${own} attach partition ${name(leaf.schema, ofLeaf)}`.sql),
      ];
    }),
  ];
}

const standingIndexes = ({ connection, live }: StepContext) =>
  rowsOf<StandingIndex>(
    connection,
    `select x.relname::text as name, i.indisvalid as valid, i.indisunique as unique,
       i.indpred is null and i.indexprs is null and m.amname = 'btree' as whole,
       array(select a.attname::text from pg_catalog.unnest(i.indkey) with ordinality k (n, p)
         join pg_catalog.pg_attribute a on a.attrelid = i.indrelid and a.attnum = k.n
         where k.p <= i.indnkeyatts order by k.p) as columns
     from pg_catalog.pg_index i join pg_catalog.pg_class x on x.oid = i.indexrelid
     join pg_catalog.pg_am m on m.oid = x.relam where i.indrelid = $1`,
    [live.oid],
  );
