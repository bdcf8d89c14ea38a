import {
  type Ddl,
  ddl,
  join,
  literal,
  name,
  type SqlFunction,
  sqlFunction,
} from '@tenantry/core/sql';
import { actorValues, actorVariables, readActor } from './actor.ts';
import {
  actionOf,
  type CapturedTable,
  fullRows,
  idRows,
  newRow,
  oldRow,
  oneChangedRow,
  truncatedRows,
  updatedRows,
  type Verb,
} from './capture-rows.ts';
import {
  behalfField,
  commitment,
  commonText,
  contentHash,
  personalField,
  type RowOf,
} from './content-hash.ts';
import { allColumns, type LogColumn } from './names.ts';

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

const byOperation = (run: Readonly<Record<Operation, Ddl>>): Ddl => ddl`
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

/** SQL on the rows of the statement; for an update the new ones. */
const byRows = ({ target }: CapturedTable, run: (rows: Ddl) => Ddl): Ddl => ddl`
  if tg_op = 'DELETE' then
    ${run(ddl`old_rows`)}
  elsif tg_op = 'TRUNCATE' then
    ${run(target)}
  else
    ${run(ddl`new_rows`)}
  end if;
`;

/** A statement without rows needs no actor. */
const returnWithoutRows = (captured: CapturedTable): Ddl =>
  byRows(captured, (rows) => ddl`if not exists (select from ${rows}) then return null; end if;`);

/** Rows without a tenant belong to no log, so a failure is recorded. */
const recordRowsWithoutTenant = (captured: CapturedTable): Ddl =>
  captured.tenantNotNull
    ? ddl``
    : byRows(
        captured,
        (rows) =>
          ddl`perform tenantry.audit_record_failure(tg_relid::regclass, tg_op, '23502', count(*)) from ${rows} r where r.${captured.tenant} is null having count(*) > 0;`,
      );

const withTenant = ({ tenantNotNull, names: { refusing } }: CapturedTable): Ddl =>
  tenantNotNull || refusing ? ddl`` : { sql: ' where r.tenant is not null' };

const hasPersonal = ({ columns }: CapturedTable) => columns.some(({ kind }) => kind === 'personal');

/** Inserts all entries in one statement. Without a verb, each row has its action. */
function write(captured: CapturedTable, verb: Verb | undefined, rows: Ddl): Ddl {
  const { names, resource } = captured;
  const action = verb && actionOf(captured, verb);
  const personal = hasPersonal(captured);
  const own: Partial<Record<LogColumn, Ddl>> = {
    ...actorValues,
    source: ddl`'capture'`,
    ...(action !== undefined && { action: literal(action) }),
    resourceType: literal(resource),
    resourceId: ddl`s.rid`,
    createdAt: ddl`s.created_at`,
    salt: personal ? ddl`s.salt` : ddl`salt`,
    personal: personal ? ddl`s.personal` : ddl`null::jsonb`,
    erased: ddl`null::jsonb`,
  };
  const row: RowOf = (column) => own[column] ?? { sql: `s.${column}` };
  const hash = contentHash(names, row, {
    constants: {
      source: 'capture',
      resourceType: resource,
      ...(action !== undefined && { action }),
    },
    ...(captured.idNotNull && { resourceId: 'always' }),
    personal: personal ? commitment(personalField, row) : null,
    common: ddl`common`,
  });
  const values = allColumns.map((column) => (column === 'contentHash' ? hash : row(column)));
  return ddl`
    insert into ${names.log} (${join(allColumns.map((column) => names.columns[column]))})
      select ${join(values)}
      from (select r.*, gen_random_uuid() as id, clock_timestamp() as created_at${personal ? ddl`, salt || uuid_send(gen_random_uuid()) as salt` : ddl``} from (
        ${rows}
      ) r${withTenant(captured)}) s;
  `;
}

/** Writes entries one by one: for TRUNCATE, and after a failure. */
const writeOneByOne = (
  captured: CapturedTable,
  verb: Verb | undefined,
  rows: Ddl,
  metadata = ddl`r.metadata || failed`,
): Ddl => {
  const action = verb === undefined ? ddl`r.action` : literal(actionOf(captured, verb));
  return ddl`
    perform tenantry.audit_capture_row(r.tenant, ${action}, ${literal(captured.resource)}, r.rid, ${metadata}, r.personal) from (
      ${rows}
    ) r${withTenant(captured)};
  `;
};

/**
 * Reads the actor and the part of the content hashes that all rows of the statement share. The salt has
 * 16 bytes for each committed field; a row adds its own for its personal values.
 */
function readOnce(captured: CapturedTable): Ddl {
  const variable: RowOf = (column) =>
    (actorValues as Partial<Record<LogColumn, Ddl>>)[column] as Ddl;
  const commitToBehalf = ddl`
    salt := salt || uuid_send(gen_random_uuid());
    behalf := ${commitment(behalfField, variable)};
  `;
  return ddl`
    ${readActor(captured.names, ddl`'table ' || tg_table_name`, returnWithoutRows(captured))}
    ${
      hasPersonal(captured)
        ? commitToBehalf
        : ddl`
          if on_behalf_of is not null then
            ${commitToBehalf}
          end if;
        `
    }
    common := ${commonText(variable, ddl`behalf`)};
  `;
}
