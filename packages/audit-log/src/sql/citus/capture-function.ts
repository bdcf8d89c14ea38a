import { type Ddl, ddl, literal, name, type SqlFunction, sqlFunction } from '@tenantry/core/sql';
import { byRows, writeOneByOne } from '../capture-entries.ts';
import { byOperation } from '../capture-function.ts';
import {
  actionOf,
  type CapturedTable,
  fullRows,
  idRows,
  newRow,
  oldRow,
  truncatedRows,
  updatedRows,
} from '../capture-rows.ts';
import { bringCaptured } from './inbox.ts';

/**
 * The function of the triggers of rows of a distributed table. They run on a shard, where an INSERT cannot
 * read a transition table, so entries are written one by one.
 */
export const shardCaptureFunction = (captured: CapturedTable, called: string): SqlFunction =>
  sqlFunction(
    ddl`${name(called)}() returns trigger`,
    { owner: captured.names.writer },
    captured.names.refusing
      ? ddl`
        begin
          ${typed(captured)}
          return null;
        end
      `
      : recordFailure(captured),
  );

/**
 * The function of its trigger of TRUNCATE, which runs on the coordinator, as who truncates. A call in a
 * query of shards would run on them.
 */
export const truncationFunction = (captured: CapturedTable, called: string): SqlFunction =>
  sqlFunction(
    ddl`${name(called)}() returns trigger`,
    {},
    ddl`
      declare
        counted record;
      begin
        for counted in ${truncatedRows(captured)} loop
          ${bringCaptured(actionOf(captured, 'truncated'), captured.resource, ddl`counted`, ddl`counted.metadata`)}
        end loop;
        return null;
      end
    `,
  );

const typed = (captured: CapturedTable): Ddl => {
  const metadata = ddl`r.metadata`;
  return byOperation({
    insert: writeOneByOne(captured, 'inserted', fullRows(captured, newRow, 'typed'), metadata),
    update: writeOneByOne(captured, undefined, updatedRows(captured, 'typed'), metadata),
    delete: writeOneByOne(captured, 'deleted', fullRows(captured, oldRow, 'typed'), metadata),
    truncate: ddl`null;`,
  });
};

/** A shard has a name of its own. */
const relation = ({ target }: CapturedTable): Ddl => ddl`${literal(target.sql)}::regclass`;

const recordFailure = (captured: CapturedTable): Ddl => ddl`
  declare
    state text;
    failed jsonb;
    counted record;
  begin
    for attempt in 1 .. 3 loop
      begin
        if attempt = 1 then
          ${typed(captured)}
        elsif attempt = 2 then -- the values as texts
          ${byOperation({
            insert: writeOneByOne(captured, 'inserted', fullRows(captured, newRow, 'text')),
            update: writeOneByOne(captured, undefined, updatedRows(captured, 'text')),
            delete: writeOneByOne(captured, 'deleted', fullRows(captured, oldRow, 'text')),
            truncate: ddl`null;`,
          })}
        else -- only the ids of the rows
          ${byOperation({
            insert: writeOneByOne(captured, 'inserted', idRows(captured, newRow)),
            update: writeOneByOne(captured, 'updated', idRows(captured, newRow)),
            delete: writeOneByOne(captured, 'deleted', idRows(captured, oldRow)),
            truncate: ddl`null;`,
          })}
        end if;
        return null;
      exception when others then
        state := sqlstate;
        if not tenantry.audit_is_recordable(state) then raise; end if;
        failed := jsonb_build_object('captureFailed', jsonb_build_object('sqlstate', state, 'table', ${relation(captured)}, 'operation', tg_op));
      end;
    end loop;
    ${byRows(
      captured,
      (rows) => ddl`
        for counted in select r.${captured.tenant} as tenant, count(*) as lost from ${rows} r group by 1 loop
          perform tenantry.audit_record_failure(counted.tenant, ${relation(captured)}, tg_op, state, counted.lost);
        end loop;
      `,
    )}
    return null;
  end
`;
