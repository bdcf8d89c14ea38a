import { type Ddl, ddl, name, type SqlFunction, sqlFunction } from '@tenantry/core/sql';
import { actorVariables } from './actor.ts';
import { byRows, readOnce, write, writeOneByOne } from './capture-entries.ts';
import {
  type CapturedTable,
  fullRows,
  idRows,
  newRow,
  oldRow,
  oneChangedRow,
  truncatedRows,
  updatedRows,
} from './capture-rows.ts';

/**
 * The function of the four triggers of a table: SECURITY DEFINER as the role that adds to the log. A
 * trigger plans only the statements of its own operation.
 */
export const captureFunction = (captured: CapturedTable, called: string): SqlFunction =>
  sqlFunction(
    ddl`${name(called)}() returns trigger`,
    {
      owner: captured.names.writer,
      // planning anew for each statement costs more than capturing
      settings: [ddl`plan_cache_mode = force_generic_plan`],
    },
    captured.names.refusing ? refusing(captured) : recordFailure(captured),
  );

/** A failed capture fails the write. It needs no subtransaction. */
const refusing = (captured: CapturedTable): Ddl => ddl`
  declare
    ${variables}
  begin
    ${asJson(captured)}
    return null;
  end
`;

/**
 * A failed capture is recorded, and the write succeeds. The statements of later attempts are planned only
 * when they run.
 */
const recordFailure = (captured: CapturedTable): Ddl => ddl`
  declare
    state text;
    failed jsonb;
    lost bigint;
  begin
    for attempt in 1 .. 3 loop
      begin
        if attempt = 1 then
          declare
            ${variables}
          begin
            ${asJson(captured)}
          end;
        elsif attempt = 2 then -- the values as texts
          ${byOperation({
            insert: writeOneByOne(captured, 'inserted', fullRows(captured, newRow, 'text')),
            update: writeOneByOne(captured, undefined, updatedRows(captured, 'text')),
            delete: writeOneByOne(captured, 'deleted', fullRows(captured, oldRow, 'text')),
            truncate: writeOneByOne(captured, 'truncated', truncatedRows(captured)),
          })}
        else -- only the ids of the rows
          ${byOperation({
            insert: writeOneByOne(captured, 'inserted', idRows(captured, newRow)),
            update: writeOneByOne(captured, 'updated', idRows(captured, newRow)),
            delete: writeOneByOne(captured, 'deleted', idRows(captured, oldRow)),
            truncate: writeOneByOne(captured, 'truncated', truncatedRows(captured)),
          })}
        end if;
        ${recordRowsWithoutTenant(captured)}
        return null;
      exception when others then
        state := sqlstate;
        if not tenantry.audit_is_recordable(state) then raise; end if;
        failed := jsonb_build_object('captureFailed', jsonb_build_object('sqlstate', state, 'table', tg_relid::regclass, 'operation', tg_op));
      end;
    end loop;
    execute 'select count(*) from ' || case tg_op when 'DELETE' then 'old_rows' when 'TRUNCATE' then tg_relid::regclass::text else 'new_rows' end into lost;
    perform tenantry.audit_record_failure(tg_relid::regclass, tg_op, state, lost);
    return null;
  end
`;

const variables: Ddl = ddl`
  ${actorVariables}
  reason text;
  common text;
`;

/** The first attempt: the values as JSON of their types. */
const asJson = (captured: CapturedTable): Ddl => ddl`
  ${readOnce(captured)}
  ${byOperation({
    insert: write(captured, 'inserted', fullRows(captured, newRow, 'typed')),
    // found: an update of one row; a check before it would cost more than the statement
    update: ddl`
      ${write(captured, 'updated', oneChangedRow(captured))}
      if not found then
        ${write(captured, undefined, updatedRows(captured, 'typed'))}
      end if;
    `,
    delete: write(captured, 'deleted', fullRows(captured, oldRow, 'typed')),
    truncate: writeOneByOne(captured, 'truncated', truncatedRows(captured), ddl`r.metadata`),
  })}
`;

type Operation = 'insert' | 'update' | 'delete' | 'truncate';

export const byOperation = (run: Readonly<Record<Operation, Ddl>>): Ddl => ddl`
  if tg_op = 'INSERT' then
    ${run.insert}
  elsif tg_op = 'UPDATE' then
    ${run.update}
  elsif tg_op = 'DELETE' then
    ${run.delete}
  else
    ${run.truncate}
  end if;
`;

/** Rows without a tenant belong to no log, so a failure is recorded. */
const recordRowsWithoutTenant = (captured: CapturedTable): Ddl =>
  captured.tenantNotNull
    ? ddl``
    : byRows(
        captured,
        (rows) =>
          ddl`perform tenantry.audit_record_failure(tg_relid::regclass, tg_op, '23502', count(*)) from ${rows} r where r.${captured.tenant} is null having count(*) > 0;`,
      );
