import {
  type Ddl,
  ddl,
  idOrNull,
  idType,
  join,
  literal,
  name,
  type SqlFunction,
  sqlFunction,
} from '@tenantry/core/sql';
import { functionNameFor, inSchemaOf, schemaOfTenant } from '@tenantry/rls/feature';
import type { ResourceTable } from '../schema/resources.ts';
import { onShards } from './makers.ts';
import { raise } from './raise.ts';
import type { Names, Resource } from './tables.ts';

const typesOf = ({ types }: ResourceTable): Ddl => join(types.map((type) => literal(type)));

/**
 * The check that the resource of an assignment exists, as statements of a trigger before each row. The
 * resource row is locked as by a foreign key: an assignment during the deletion of its resource waits and
 * then fails. Resource types without a declared table are not checked.
 */
export function resourceExists({ memberRoles: mr, tenant, resources }: Names): Ddl {
  const type = ddl`new.${mr.c('resourceType')}`;
  const id = ddl`new.${mr.c('resourceId')}`;
  const gone = raise('RESOURCE_UNKNOWN', type);
  const types = [...new Set(resources.flatMap((each) => each.types))].sort();
  return join(
    types.map((key) => {
      const tables = resources.filter((each) => each.types.includes(key));
      const looks = tables.map((each) => {
        const isUuid = each.sqlType === 'uuid';
        const fits =
          each.sqlType === 'text' ? ddl`true` : ddl`${idOrNull(each.sqlType, id)} is not null`;
        const lock = each.lockable ? ddl`for key share` : ddl``;
        return ddl`
          if not there and ${fits} then
            ${isUuid ? ddl`${id} := lower(${id}); -- as the column writes it: one resource has one spelling` : ddl``}
            ${each.inSchemas ? looksInSchema(ddl`new.${mr.c(tenant)}`, each, id, lock) : ddl``}
            perform from ${each.target} t where t.${each.tenantColumn} = new.${mr.c(tenant)}
              and t.${each.c(each.property)} = ${id}::${idType({ id: each.sqlType })} ${lock};
            there := found;
            ${each.inSchemas ? ddl`end if;` : ddl``}
          end if;`;
      });
      return ddl`
        if ${type} = ${literal(key)} then
          there := false;
          ${join(looks, '\n')}
          if not there then ${gone} end if;
        end if;`;
    }),
    '\n',
  );
}

/** The same where the tenant has the table in a schema of its own; its ELSE is the shared table. */
const looksInSchema = (ofTenant: Ddl, each: Resource, id: Ddl, lock: Ddl): Ddl => ddl`
  in_schema := ${schemaOfTenant(ofTenant)};
  if in_schema is not null then
    execute ${inSchemaOf(
      ddl`in_schema`,
      (of) =>
        ddl`select true from ${of(each.table)} t where t.${each.tenantColumn} = $1 and t.${each.c(each.property)} = $2 ${lock}`,
    )} into there using ${ofTenant}, ${id}::${idType({ id: each.sqlType })};
    there := coalesce(there, false);
  else
`;

/** Functions that take the grants for a resource with its row. */
export const resourceFunctions = ({
  memberRoles: mr,
  tenant,
  resources,
  system,
  onCitus,
}: Names): SqlFunction[] =>
  resources.map((each) => {
    const id = each.c(each.property);
    const ended = ddl`mr.${mr.c('resourceType')} in (${typesOf(each)})`;
    return sqlFunction(
      ddl`${name(goneName(each))}() returns trigger`,
      {
        owner: system,
        comment: ddl`'A role that is given for a resource ends with it.'`,
        ...onShards({ onCitus }),
      },
      ddl`
        ${onCitus ? ddl`declare each record;` : ddl``}
        begin
          if tg_op = 'DELETE' then
            -- a row that moved to another partition is deleted there and is still here
            ${
              onCitus
                ? ddl`for each in select * from gone g loop
              delete from ${mr.target} mr
              where mr.${mr.c(tenant)} = each.${each.tenantColumn} and ${ended} and mr.${mr.c('resourceId')} = each.${id}::text
                and not exists (select from ${each.target} t where t.${each.tenantColumn} = each.${each.tenantColumn} and t.${id} = each.${id});
            end loop;`
                : ddl`
            delete from ${mr.target} mr using gone g
            where mr.${mr.c(tenant)} = g.${each.tenantColumn} and ${ended} and mr.${mr.c('resourceId')} = g.${id}::text
              and not exists (select from ${each.target} t where t.${each.tenantColumn} = g.${each.tenantColumn} and t.${id} = g.${id});`
            }
          elsif tg_op = 'UPDATE' then
            delete from ${mr.target} mr
            where mr.${mr.c(tenant)} = old.${each.tenantColumn} and ${ended} and mr.${mr.c('resourceId')} = old.${id}::text;
          else
            ${onCitus ? ddl`raise exception 'TRUNCATE of a table with resources, on Citus' using errcode = '0A000', hint = 'Delete its rows.';` : ddl`delete from ${mr.target} mr where ${ended};`}
          end if;
          return null;
        end
      `,
    );
  });

export const resourceTriggers = ({ resources }: Names): Ddl[] =>
  resources.map((each) => {
    const id = each.c(each.property);
    const after = (event: string, what: Ddl) => ddl`
      create or replace trigger ${name(`tenantry_rbac_resource_${event}`)} after ${what}
        execute function tenantry.${name(goneName(each))}();
    `;
    return ddl`
      ${after('deleted', ddl`delete on ${each.target} referencing old table as gone for each statement`)}
      ${after('renamed', ddl`update of ${id} on ${each.target} for each row when (old.${id} is distinct from new.${id})`)}
      ${after('emptied', ddl`truncate on ${each.target} for each statement`)}
    `;
  });

const goneName = ({ schema, table: called }: Resource) =>
  functionNameFor('rbac_gone', { schema, name: called });
