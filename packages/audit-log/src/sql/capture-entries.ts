import { type Ddl, ddl, join, literal } from '@tenantry/core/sql';
import { actorValues, readActor } from './actor.ts';
import { actionOf, type CapturedTable, type Verb } from './capture-rows.ts';
import {
  behalfField,
  commitment,
  commonText,
  contentHash,
  personalField,
  type RowOf,
} from './content-hash.ts';
import { allColumns, type LogColumn } from './names.ts';

/** SQL on the rows of the statement; for an update the new ones. */
export const byRows = ({ target }: CapturedTable, run: (rows: Ddl) => Ddl): Ddl => ddl`
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

const withTenant = ({ tenantNotNull, names: { refusing } }: CapturedTable): Ddl =>
  tenantNotNull || refusing ? ddl`` : { sql: ' where r.tenant is not null' };

const hasPersonal = ({ columns }: CapturedTable) => columns.some(({ kind }) => kind === 'personal');

/** Inserts all entries in one statement. Without a verb, each row has its action. */
export function write(captured: CapturedTable, verb: Verb | undefined, rows: Ddl): Ddl {
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
export const writeOneByOne = (
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
export function readOnce(captured: CapturedTable): Ddl {
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
