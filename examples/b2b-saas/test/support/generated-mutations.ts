import type { GeneratedObject } from '@tenantry/rls/generate';

/** A way to break what `generate` made, wherever it can be. */
export interface Way {
  readonly name: string;
  /** Whether it is tried in each run, and not only by `pnpm test:mutations`. */
  readonly always?: true;
  /** The statement that breaks an object this way; undefined where it cannot. */
  readonly breaks: (object: GeneratedObject) => string | undefined;
  /** The rule of doctor that notices it. */
  readonly rule: 'missing' | 'changed' | 'opened' | 'by-nobody';
  /** Takes back what outlives the database. */
  readonly undo?: string;
}

const quoted = (name: string) => `"${name.replaceAll('"', '""')}"`;
const literal = (text: string) => `'${text.replaceAll("'", "''")}'`;
const path = (schema: string, name: string) => `${quoted(schema)}.${quoted(name)}`;
const table = ({ schema, relation }: GeneratedObject) => path(schema, relation);
const routine = (schema: string, signature: string) => {
  const at = signature.indexOf('(');
  return `${path(schema, signature.slice(0, at))}${signature.slice(at)}`;
};
/** Runs what an expression over the catalogue gives. */
const run = (expression: string, from: string) =>
  `do $way$ begin execute (select ${expression} from ${from}); end $way$`;

const ofFunction = (sql: (target: string, object: GeneratedObject) => string) => {
  return (object: GeneratedObject) =>
    object.kind === 'function' ? sql(routine(object.schema, object.name), object) : undefined;
};
const definition = (changed: string) =>
  ofFunction((target) => run(changed, `pg_proc where oid = ${literal(target)}::regprocedure`));

const of = (kind: string, sql: (object: GeneratedObject) => string | undefined) => {
  return (object: GeneratedObject) => (object.kind === kind ? sql(object) : undefined);
};
const trigger = (object: GeneratedObject) =>
  `pg_trigger t where tgname = ${literal(object.name)} and tgrelid = ${literal(table(object))}::regclass`;
const policy = (object: GeneratedObject) =>
  `pg_policies where schemaname = ${literal(object.schema)} and tablename = ${literal(object.relation)} and policyname = ${literal(object.name)}`;
/** A policy made anew, with one of its parts changed. */
const remade = (parts: { kind?: string; command?: string; roles?: string; condition?: string }) =>
  of('policy', (object) => {
    const {
      kind = 'permissive',
      command = 'cmd',
      roles = "(select string_agg(case r when 'public' then r::text else quote_ident(r) end, ', ') from unnest(roles) r)",
      condition,
    } = parts;
    const using = condition === undefined ? "coalesce(qual, 'true')" : literal(condition);
    return run(
      `format('drop policy %I on %I.%I; create policy %I on %I.%I as %s for %s to %s %s %s', policyname, schemaname, tablename,
        policyname, schemaname, tablename, ${kind}, ${command}, ${roles},
        case when ${command} <> 'INSERT' then 'using (' || ${using} || ')' else '' end,
        case when ${command} in ('ALL', 'INSERT', 'UPDATE') then 'with check (' || coalesce(${condition === undefined ? 'with_check' : literal(condition)}, ${using}) || ')' else '' end)`,
      policy(object),
    );
  });
/** Of a schema that is not ours, only what it needs is known; create-allowed says the rest. */
const isPublic = ({ of: kind, schema }: GeneratedObject) =>
  kind === 'schema' && schema === 'public';
const grantTarget = ({ of: kind = 'table', schema, relation }: GeneratedObject) => {
  if (kind === 'schema') return `schema ${quoted(schema)}`;
  if (kind === 'function') return `function ${routine(schema, relation)}`;
  return `${kind === 'sequence' ? 'sequence' : 'table'} ${path(schema, relation)}`;
};

export const ways: readonly Way[] = [
  // functions
  {
    name: 'the code of a function is replaced',
    always: true,
    breaks: definition(
      "case when prosqlbody is null then replace(pg_get_functiondef(oid), prosrc, prosrc || e'\\n/* true */') else regexp_replace(pg_get_functiondef(oid), 'RETURN .*', 'RETURN null') end",
    ),
    rule: 'changed',
  },
  {
    name: 'a function runs with other rights',
    always: true,
    breaks: definition(
      "format('alter function %s security %s', oid::regprocedure, case when prosecdef then 'invoker' else 'definer' end)",
    ),
    rule: 'changed',
  },
  {
    name: 'a function loses its search_path',
    breaks: ofFunction((target, { text }) =>
      text.includes('set search_path')
        ? `alter function ${target} reset search_path`
        : `alter function ${target} set search_path = public`,
    ),
    rule: 'changed',
  },
  {
    name: 'a function looks into another schema first',
    breaks: ofFunction((target) => `alter function ${target} set search_path = public, pg_catalog`),
    rule: 'changed',
  },
  {
    name: 'a function is taken for a constant',
    breaks: definition(
      "format('alter function %s %s', oid::regprocedure, case provolatile when 'i' then 'volatile' else 'immutable' end)",
    ),
    rule: 'changed',
  },
  {
    name: 'a function claims to be leakproof',
    breaks: ofFunction((target) => `alter function ${target} leakproof`),
    rule: 'changed',
  },
  {
    name: 'a function answers null for null',
    breaks: ofFunction((target) => `alter function ${target} strict`),
    rule: 'changed',
  },
  {
    name: 'a function belongs to the app role',
    always: true,
    breaks: ofFunction((target) => `alter function ${target} owner to app`),
    rule: 'opened',
  },
  {
    name: 'a function belongs to whoever restored it',
    breaks: ofFunction((target) => `alter function ${target} owner to way_restorer`),
    rule: 'opened',
  },
  {
    name: 'everybody may call a function',
    breaks: (object) =>
      object.name === 'current_actor()' // which everybody may call
        ? undefined
        : ofFunction((target) => `grant execute on function ${target} to public`)(object),
    rule: 'opened',
  },
  {
    name: 'a role of the platform may call a function',
    breaks: ofFunction((target) => `grant execute on function ${target} to way_anon`),
    rule: 'opened',
  },
  {
    name: 'the app role may pass the right to call a function on',
    breaks: ofFunction((target) => `grant execute on function ${target} to app with grant option`),
    rule: 'opened',
  },
  {
    name: 'a function is gone',
    always: true,
    breaks: ofFunction((target) => `drop function if exists ${target} cascade`),
    rule: 'missing',
  },
  // triggers
  {
    name: 'a trigger is switched off',
    always: true,
    breaks: of('trigger', (o) => `alter table ${table(o)} disable trigger ${quoted(o.name)}`),
    rule: 'changed',
  },
  {
    name: 'a trigger runs on replicas only',
    breaks: of(
      'trigger',
      (o) => `alter table ${table(o)} enable replica trigger ${quoted(o.name)}`,
    ),
    rule: 'changed',
  },
  {
    name: 'a trigger is gone',
    always: true,
    breaks: of('trigger', (o) => `drop trigger ${quoted(o.name)} on ${table(o)}`),
    rule: 'missing',
  },
  {
    name: 'a trigger has another name',
    breaks: of(
      'trigger',
      (o) => `alter trigger ${quoted(o.name)} on ${table(o)} rename to ${quoted(`z${o.name}`)}`,
    ),
    rule: 'missing',
  },
  {
    name: 'a trigger calls another function',
    breaks: of('trigger', (o) =>
      run(
        "format('drop trigger %I on %s; %s', tgname, tgrelid::regclass, regexp_replace(pg_get_triggerdef(t.oid), 'EXECUTE FUNCTION .*', 'EXECUTE FUNCTION public.way_nothing()'))",
        trigger(o),
      ),
    ),
    rule: 'changed',
  },
  {
    name: 'a trigger never fires',
    breaks: of('trigger', (o) =>
      /^create (or replace )?constraint/.test(o.text) ||
      / when \(/.test(o.text) ||
      /referencing/.test(o.text)
        ? undefined
        : run(
            "format('drop trigger %I on %s; %s', tgname, tgrelid::regclass, replace(pg_get_triggerdef(t.oid), 'EXECUTE FUNCTION', 'WHEN (false) EXECUTE FUNCTION'))",
            trigger(o),
          ),
    ),
    rule: 'changed',
  },
  // policies
  {
    name: 'a policy is gone',
    always: true,
    breaks: of('policy', (o) => `drop policy ${quoted(o.name)} on ${table(o)}`),
    rule: 'missing',
  },
  {
    name: 'a policy has another name',
    breaks: of(
      'policy',
      (o) =>
        `alter policy ${quoted(o.name)} on ${table(o)} rename to ${quoted(`z${o.name}`.slice(0, 63))}`,
    ),
    rule: 'missing',
  },
  {
    name: 'a policy is open',
    always: true,
    breaks: remadeUnless('true', remade({ condition: 'true' })),
    rule: 'changed',
  },
  { name: 'a policy is closed', breaks: remade({ condition: '1 = 0' }), rule: 'changed' },
  {
    name: 'a policy is of the other kind',
    breaks: remade({
      kind: "case permissive when 'PERMISSIVE' then 'restrictive' else 'permissive' end",
    }),
    rule: 'changed',
  },
  { name: 'a policy binds other roles', breaks: remade({ roles: "'way_anon'" }), rule: 'changed' },
  {
    name: 'a policy binds another command',
    breaks: remade({ command: "case cmd when 'DELETE' then 'UPDATE' else 'DELETE' end" }),
    rule: 'changed',
  },
  // rights
  {
    name: 'the app role has every right',
    always: true,
    breaks: of('grant', (o) =>
      o.name === 'app' && !isPublic(o)
        ? `grant all on ${grantTarget(o)} to app with grant option`
        : undefined,
    ),
    rule: 'opened',
  },
  {
    name: 'the app role has no right',
    breaks: of('grant', (o) =>
      o.name === 'app' && o.text !== '' ? `revoke all on ${grantTarget(o)} from app` : undefined,
    ),
    rule: 'opened',
  },
  {
    name: 'everybody has every right',
    breaks: of('grant', (o) =>
      o.name === 'public' && o.text === '' && !isPublic(o)
        ? `grant all on ${grantTarget(o)} to public`
        : undefined,
    ),
    rule: 'opened',
  },
  {
    name: 'the system role has a right more',
    breaks: of('grant', (o) =>
      o.of === 'table' && o.name === 'system'
        ? `grant truncate, references on ${grantTarget(o)} to system`
        : undefined,
    ),
    rule: 'opened',
  },
  // tables
  {
    name: 'row-level security is off',
    always: true,
    breaks: of(
      'row security',
      (o) =>
        `alter table ${table(o)} ${o.name === 'force' ? 'no force' : 'disable'} row level security`,
    ),
    rule: 'changed',
  },
  {
    name: 'a foreign key is gone',
    always: true,
    breaks: of('foreign key', (o) => `alter table ${table(o)} drop constraint ${quoted(o.name)}`),
    rule: 'missing',
  },
  {
    name: 'a foreign key does something else',
    // RESTRICT: a generated column takes no other action
    breaks: of('foreign key', (o) =>
      run(
        "format('alter table %s drop constraint %I, add constraint %I %s ON UPDATE RESTRICT', conrelid::regclass, conname, conname, pg_get_constraintdef(oid))",
        `pg_constraint where conname = ${literal(o.name)} and conrelid = ${literal(table(o))}::regclass`,
      ),
    ),
    rule: 'changed',
  },
  {
    name: 'a table of Tenantry is gone',
    breaks: of('table', (o) =>
      o.schema === 'tenantry'
        ? `drop table if exists ${path(o.schema, o.name)} cascade`
        : undefined,
    ),
    rule: 'missing',
  },
  {
    name: 'a table of Tenantry belongs to somebody else',
    breaks: of('table', (o) => `alter table ${path(o.schema, o.name)} owner to way_restorer`),
    rule: 'opened',
  },
  {
    name: 'a comment says something else',
    breaks: of('comment', (o) => {
      const { of: kind = 'table' } = o;
      if (['constraint', 'policy', 'trigger'].includes(kind)) {
        return `comment on ${kind} ${quoted(o.name)} on ${table(o)} is 'x'`;
      }
      if (kind === 'function') {
        return `comment on function ${routine(o.schema, o.relation)} is 'x'`;
      }
      if (kind === 'schema') return undefined;
      const path = o.name === '' ? table(o) : `${table(o)}.${quoted(o.name)}`;
      return `comment on ${kind} ${path} is 'x'`;
    }),
    rule: 'changed',
  },
];

/** Where it is open already, opening it changes nothing. */
function remadeUnless(word: string, breaks: Way['breaks']): Way['breaks'] {
  return (object) => (object.text.includes(`using ( ${word} )`) ? undefined : breaks(object));
}
