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
  bareRows,
  type CapturedTable,
  came,
  oneChangedRow,
  truncatedRows,
  updatedRows,
  type Verb,
  went,
  wholeRows,
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
 * trigger plans what its own operation runs, and nothing of the others.
 */
export const captureFunction = (captured: CapturedTable, called: string): SqlFunction =>
  sqlFunction(
    ddl`${name(called)}() returns trigger`,
    {
      owner: captured.names.writer,
      // planning anew for each statement costs more than capturing
      settings: [ddl`plan_cache_mode = force_generic_plan`],
    },
    captured.names.refusing ? refusing(captured) : noting(captured),
  );

/** A capture that fails fails the write; without a subtransaction. */
const refusing = (captured: CapturedTable): Ddl => ddl`
  declare
    ${variables}
  begin
    ${typed(captured)}
    return null;
  end
`;

/**
 * A capture that fails is noted, and the write goes on. What follows the first attempt is planned when
 * it is needed, so that it costs nothing but its text.
 */
const noting = (captured: CapturedTable): Ddl => ddl`
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
            ${typed(captured)}
          end;
        elsif attempt = 2 then -- the values as texts
          ${byOperation({
            insert: writeEach(captured, 'inserted', wholeRows(captured, came, 'text')),
            update: writeEach(captured, undefined, updatedRows(captured, 'text')),
            delete: writeEach(captured, 'deleted', wholeRows(captured, went, 'text')),
            truncate: writeEach(captured, 'truncated', truncatedRows(captured)),
          })}
        else -- which rows, and nothing of them
          ${byOperation({
            insert: writeEach(captured, 'inserted', bareRows(captured, came)),
            update: writeEach(captured, 'updated', bareRows(captured, came)),
            delete: writeEach(captured, 'deleted', bareRows(captured, went)),
            truncate: writeEach(captured, 'truncated', truncatedRows(captured)),
          })}
        end if;
        ${unowned(captured)}
        return null;
      exception when others then
        state := sqlstate;
        if not tenantry.audit_forgives(state) then raise; end if;
        failed := jsonb_build_object('captureFailed', jsonb_build_object('sqlstate', state, 'table', tg_relid::regclass, 'operation', tg_op));
      end;
    end loop;
    execute 'select count(*) from ' || case tg_op when 'DELETE' then 'old_rows' when 'TRUNCATE' then tg_relid::regclass::text else 'new_rows' end into lost;
    perform tenantry.audit_note_failure(tg_relid::regclass, tg_op, state, lost);
    return null;
  end
`;

const variables: Ddl = ddl`
  ${actorVariables}
  reason text;
  common text;
`;

/** The way that a capture should go. */
const typed = (captured: CapturedTable): Ddl => ddl`
  ${readOnce(captured)}
  ${byOperation({
    insert: write(captured, 'inserted', wholeRows(captured, came, 'typed')),
    // found: one row, which kept its id and changed; to ask first costs more than this whole step
    update: ddl`
      ${write(captured, 'updated', oneChangedRow(captured))}
      if not found then
        ${write(captured, undefined, updatedRows(captured, 'typed'))}
      end if;
    `,
    delete: write(captured, 'deleted', wholeRows(captured, went, 'typed')),
    truncate: writeEach(captured, 'truncated', truncatedRows(captured), ddl`r.metadata`),
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

/** What is done with the rows of the statement, where an update needs those that it left. */
const byRows = ({ target }: CapturedTable, run: (rows: Ddl) => Ddl): Ddl => ddl`
  if tg_op = 'DELETE' then
    ${run(ddl`old_rows`)}
  elsif tg_op = 'TRUNCATE' then
    ${run(target)}
  else
    ${run(ddl`new_rows`)}
  end if;
`;

/** Nobody has to answer for a statement that changed nothing. */
const unlessNothing = (captured: CapturedTable): Ddl =>
  byRows(captured, (rows) => ddl`if not exists (select from ${rows}) then return null; end if;`);

/** Rows without a tenant stand in nobody's log. */
const unowned = (captured: CapturedTable): Ddl =>
  captured.tenantIsThere
    ? ddl``
    : byRows(
        captured,
        (rows) =>
          ddl`perform tenantry.audit_note_failure(tg_relid::regclass, tg_op, '23502', count(*)) from ${rows} r where r.${captured.tenant} is null having count(*) > 0;`,
      );

const owned = ({ tenantIsThere, names: { refusing } }: CapturedTable): Ddl =>
  tenantIsThere || refusing ? ddl`` : { sql: ' where r.tenant is not null' };

const hasPersonal = ({ columns }: CapturedTable) => columns.some(({ kind }) => kind === 'personal');

/** Inserts stamped entries, all in one statement. Without a verb, each row says what was done. */
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
    ...(captured.idIsThere && { resourceId: 'always' }),
    personal: personal ? commitment(personalField, row) : null,
    common: ddl`common`,
  });
  const values = allColumns.map((column) => (column === 'contentHash' ? hash : row(column)));
  return ddl`
    insert into ${names.log} (${join(allColumns.map((column) => names.columns[column]))})
      select ${join(values)}
      from (select r.*, gen_random_uuid() as id, clock_timestamp() as created_at${personal ? ddl`, salt || uuid_send(gen_random_uuid()) as salt` : ddl``} from (
        ${rows}
      ) r${owned(captured)}) s;
  `;
}

/** Writes entries one by one: how many rows TRUNCATE took, or what has failed. */
const writeEach = (
  captured: CapturedTable,
  verb: Verb | undefined,
  rows: Ddl,
  metadata = ddl`r.metadata || failed`,
): Ddl => {
  const action = verb === undefined ? ddl`r.action` : literal(actionOf(captured, verb));
  return ddl`
    perform tenantry.audit_capture_row(r.tenant, ${action}, ${literal(captured.resource)}, r.rid, ${metadata}, r.personal) from (
      ${rows}
    ) r${owned(captured)};
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
    ${readActor(captured.names, ddl`'table ' || tg_table_name`, unlessNothing(captured))}
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
