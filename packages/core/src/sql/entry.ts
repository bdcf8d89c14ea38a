import type { IdKind } from '../tenancy/ids.ts';
import type { Tenancy } from '../tenancy/tenancy.ts';
import { type Ddl, ddl, join, literal, name } from './ddl.ts';
import type { Directory, EntryFacts } from './directory.ts';
import { citusEnterBody, citusMemberBody } from './entry-citus.ts';
import { type LookUps, lookUps } from './entry-look-up.ts';
import { type FunctionMarks, functionsSql, sqlFunction } from './function.ts';
import { idOrNull, uuidForm } from './ids.ts';
import { inSchema } from './in-schema.ts';
import { idType } from './tenant.ts';
import { type TextPiece, textPieces } from './text-pieces.ts';

const claimKind = /^[a-z][a-z0-9_]{0,30}$/;

/**
 * `tenantry.enter(by, claim, user_id, on_behalf_of)` finds the tenant of a claim, checks that the user is
 * a member, and sets it as the tenant of the transaction. It raises TN404 both for an unknown tenant and
 * for a foreign one, so nobody learns which tenants exist. With a null user only the existence is
 * checked.
 *
 * `tenantry.enter_member(tenant, member, on_behalf_of)` does the same check when the claim is the id, in
 * a transaction that already has it as its tenant. It raises `no_data_found`.
 *
 * Neither can be used to probe from inside a scope: `enter` finds nothing in a transaction that already
 * has a tenant, and `enter_member` finds nobody for a tenant or a user other than those of the
 * transaction. Under a signed context `enter` takes the context secret and signs, and there is no
 * `enter_member`.
 *
 * Both run as the system role, because before the call there is no tenant whose policies could apply.
 * They return the facts of packages, such as permissions, each under its name; `enter` as
 * `{"tenant": …, "facts": {…}}`. Each is one query, because plpgsql compiles each expression again in
 * every transaction. The result is concatenated text, because a cast to json would parse it again, and a
 * scalar, because rows of a function go through a tuplestore.
 */
export function entrySql(
  tenancy: Tenancy,
  directory: Directory,
  facts: Readonly<Record<string, EntryFacts>> = {},
): Ddl {
  const { roles } = tenancy;
  const system = name(roles.system);
  const signed = tenancy.context === 'signed';
  const onCitus = tenancy.dialect === 'citus';
  const marks: FunctionMarks = { owner: system, callers: [name(roles.app)], volatility: 'stable' };
  const lookUp = lookUps(directory, facts);
  const enter = sqlFunction(
    ddl`enter(by text, claim text, user_id text, on_behalf_of text default null${signed ? ddl`, secret text default null` : ddl``}) returns text`,
    onCitus ? { ...marks, volatility: 'volatile' } : marks,
    onCitus
      ? citusEnterBody(tenancy, directory, lookUp, {
          concatenated,
          unknown,
          malformed: malformed(tenancy, directory),
          castTo,
        })
      : ddl`
      #variable_conflict use_column
      declare
        answer text;
      begin
        ${signed ? ddl`perform tenantry.require_context_secret($5);` : ddl``}
        ${join(branches(tenancy, directory, lookUp), '\nels')}
        end if;
        if answer is null then
          ${unknown}
        end if;
        return answer;
      ${malformed(tenancy, directory)}
      end
    `,
  );
  const enterMember = sqlFunction(
    ddl`enter_member(tenant ${idType(tenancy)}, member ${idType({ id: directory.userType })}, on_behalf_of text) returns text`,
    marks,
    onCitus
      ? citusMemberBody(tenancy, directory, lookUp, concatenated)
      : memberBody(tenancy, directory, lookUp),
  );
  const plain = ddl`tenantry.enter(text, text, text, text)`;
  const withSecret = ddl`tenantry.enter(text, text, text, text, text)`;
  const gone = signed ? [plain, enterMember.signature] : [withSecret];
  return inSchema(
    tenancy.schema,
    ddl`
      drop function if exists ${join(gone)};
      ${functionsSql(signed ? [enter] : [enter, enterMember])}
      grant usage on schema ${join(schemas(directory))} to ${system};
      grant select on ${join(tables(directory).map((table) => name(...table)))} to ${system};
    `,
  );
}

/**
 * Only the tenant and the user of the transaction are answered. The check is part of the look-up, because
 * a separate condition costs more per entry.
 */
function memberBody({ setting }: Tenancy, { userType }: Directory, lookUp: LookUps): Ddl {
  const actor = ddl`nullif(current_setting('app.actor', true), '')`;
  const user = idType({ id: userType });
  const { facts, rows } = lookUp({
    kind: 'id',
    claim: ddl`(case when current_setting(${literal(setting)}, true) = $1::text then $1 end)`,
    user: ddl`(case when coalesce((${actor}::json ->> 'user')::${user}, $2) = $2 then $2 end)`,
  });
  return ddl`
    #variable_conflict use_column
    declare
      answer text;
    begin
      select ${concatenated(facts)} into strict answer
      ${rows};
      return answer;
    end
  `;
}

const unknown = ddl`raise exception 'no such tenant for this user' using errcode = 'TN404';`;

/** One query for each claim kind, with and without a user; the most frequent first. */
function branches(tenancy: Tenancy, directory: Directory, lookUp: LookUps): Ddl[] {
  const user = ddl`$3${castTo(directory.userType)}`;
  const branch = (kind: string, hasUser: boolean): Ddl => {
    if (!claimKind.test(kind)) throw new TypeError(`claim kind ${JSON.stringify(kind)}`);
    // a transaction that already has a tenant claims nothing; part of the claim, because a separate check
    // costs more
    const outside = ddl`case when coalesce(current_setting(${literal(tenancy.setting)}, true), '') = '' then $2 end`;
    const claim = ddl`(${outside})${kind === 'id' ? castTo(tenancy.id) : ddl``}`;
    const { facts, rows } = lookUp({ kind, claim, user: hasUser ? user : undefined });
    return ddl`
      if $1 = ${literal(kind)} and $3 is ${{ sql: hasUser ? 'not null' : 'null' }} then
        select ${entryText(tenancy, facts)} into answer
        ${rows};
    `;
  };
  const kinds = Object.keys({ id: directory.id, ...directory.claims });
  return [true, false].flatMap((hasUser) => kinds.map((kind) => branch(kind, hasUser)));
}

/** Sets the tenant of the transaction, and returns the tenant and the facts. */
function entryText(tenancy: Tenancy, facts: readonly TextPiece[]): Ddl {
  const set =
    tenancy.context === 'signed'
      ? ddl`tenantry.sign_context(entry.tenant::text, $5)`
      : ddl`set_config(${literal(tenancy.setting)}, entry.tenant::text, true)`;
  // only a text needs escaping
  return tenancy.id === 'text'
    ? concatenated(['{"tenant":', ddl`to_json(${set})`, ',"facts":', ...facts, '}'])
    : concatenated(['{"tenant":"', set, '","facts":', ...facts, '}']);
}

const concatenated = (pieces: readonly TextPiece[]): Ddl => join(textPieces(pieces), ' || ');

/** What is no id of its kind belongs to nobody. The same error within the facts stays an error. */
function malformed(tenancy: Tenancy, { userType }: Directory): Ddl {
  const claimed = malformedId(tenancy.id, ddl`$2`);
  const user = malformedId(userType, ddl`$3`);
  const wrong = [...(claimed ? [ddl`($1 = 'id' and ${claimed})`] : []), ...(user ? [user] : [])];
  const isNumber = [tenancy.id, userType].some((kind) => kind === 'integer' || kind === 'bigint');
  const causes = ddl`invalid_text_representation${isNumber ? ddl` or numeric_value_out_of_range` : ddl``}`;
  return wrong.length === 0
    ? { sql: '' }
    : ddl`
        exception when ${causes} then
          if ${join(wrong, ' or ')} then
            ${unknown}
          end if;
          raise;
      `;
}

const castTo = (kind: IdKind): Ddl => (kind === 'text' ? ddl`` : ddl`::${idType({ id: kind })}`);

/** The condition that a text is no id of a kind; every text is one of kind text. */
function malformedId(kind: IdKind, value: Ddl): Ddl | undefined {
  if (kind === 'text') return undefined;
  return kind === 'uuid'
    ? ddl`${value} !~* ${uuidForm}`
    : ddl`(${value} is not null and ${idOrNull(kind, value)} is null)`;
}

const tables = ({ tenants, members, claimTables = {} }: Directory) => [
  tenants,
  members,
  ...Object.values(claimTables).map(({ table }) => table),
];

const schemas = (directory: Directory) =>
  [...new Set(tables(directory).map(([schema]) => schema))].map((schema) => name(schema));
