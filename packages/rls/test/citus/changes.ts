import type { Severity } from '../../src/doctor/index.ts';
import { roles } from './application.ts';
import type { CitusFixture } from './support.ts';

/** A statement on the coordinator, or something else that somebody does to a cluster. */
export type Step = string | ((on: CitusFixture) => Promise<unknown>);

/** What somebody does to a cluster, and what doctor says of it. */
export interface Change {
  readonly title: string;
  readonly steps: readonly Step[];
  /** The findings of the rules of Citus, as `rule object`. */
  readonly finds: readonly string[];
  readonly severity: Severity;
  /** A part of the evidence. */
  readonly shows: RegExp;
  /** What comes after the SQL of the findings. */
  readonly undo?: readonly Step[];
}

/** The two terms of a policy. */
export const stable = `organization_id = coalesce(nullif(current_setting('app.organization_id', true), ''), 'none')::uuid`;
export const constant = 'organization_id = tenantry.routed_tenant()';
const both = (term: string) => `using (${term}) with check (${term})`;
const policy = 'projects_tenant_isolation';
const error = 'error' as const;
const warning = 'warning' as const;

/** A function as it is on the coordinator, there and on the workers. */
const remake = (name: string) => async (on: CitusFixture) => {
  const { rows } = await on.root.query(
    'select pg_get_functiondef($1::regprocedure) as definition',
    [name],
  );
  await on.root.query(rows[0].definition);
};

/** The role stays: it belongs to the whole cluster, and another database may need it. */
const owner =
  (kind: 'login' | 'nologin') =>
  async ({ root }: CitusFixture) => {
    const { rows } = await root.query("select from pg_roles where rolname = 'doctor_owner'");
    await root.query(`${rows.length === 0 ? 'create' : 'alter'} role doctor_owner ${kind}`);
  };

const onShard = (statement: string) => (on: CitusFixture) => on.onOneShard('projects', statement);
const onWorker = (statement: string) => (on: CitusFixture) => on.onOneWorker(statement);

const ofPolicies: readonly Change[] = [
  {
    title: 'a restrictive policy',
    steps: [`create policy floor on projects as restrictive to ${roles.app} using (${stable})`],
    finds: ['citus-restrictive-policy projects'],
    severity: error,
    shows: /floor: .*current_setting/,
  },
  {
    title: 'a restrictive policy of a table on every node',
    steps: [`create policy floor on plans as restrictive to ${roles.app} using (price > 0)`],
    finds: ['citus-restrictive-policy plans'],
    severity: error,
    shows: /floor: \(?price > 0/,
  },
  {
    title: 'a policy without a constant',
    steps: [`alter policy ${policy} on projects ${both(stable)}`],
    finds: [`citus-policy-not-routed projects.${policy}`],
    severity: warning,
    shows: /Task Count: ([2-9]|\d{2,})/,
  },
  {
    title: 'a policy with the constant alone',
    steps: [`alter policy ${policy} on projects ${both(constant)}`],
    finds: [`citus-policy-only-routed projects.${policy}`],
    severity: error,
    shows: /^\(organization_id = tenantry\.routed_tenant\(\)\)$/m,
  },
  {
    title: 'a check with the constant alone',
    steps: [`alter policy ${policy} on projects with check (${constant})`],
    finds: [`citus-policy-only-routed projects.${policy}`],
    severity: error,
    shows: /^\(organization_id = tenantry\.routed_tenant\(\)\)$/m,
  },
  {
    title: 'a second policy that opens all rows',
    steps: [`create policy more on projects to ${roles.app} using (true)`],
    finds: ['citus-second-policy projects.more'],
    severity: error,
    shows: /^true$/,
  },
  {
    title: 'a second policy of a command, for everybody',
    steps: ['create policy more on documents for update using (not locked)'],
    finds: ['citus-second-policy documents.more'],
    severity: error,
    shows: /NOT locked/,
  },
  {
    title: 'a second policy that binds the tenant',
    steps: [
      `create policy more on projects for select to ${roles.app} using (${stable} and ${constant})`,
    ],
    finds: ['citus-second-policy projects.more'],
    severity: warning,
    shows: /routed_tenant/,
  },
];

const ofTables: readonly Change[] = [
  {
    title: 'FORCE',
    steps: ['alter table projects force row level security'],
    finds: ['citus-forced projects'],
    severity: error,
    shows: /projects, owner/,
  },
  {
    title: 'a table of another owner',
    steps: [owner('login'), 'alter table events owner to doctor_owner'],
    finds: ['citus-owners-differ events'],
    severity: error,
    shows: /events: doctor_owner/,
  },
  {
    title: 'a table of tenants on the coordinator',
    steps: [`select undistribute_table('events')`],
    finds: ['citus-table-local events'],
    severity: warning,
    shows: /pg_dist_partition/,
  },
  {
    title: 'another table that tenants reach there',
    steps: ['create table extras (id int)', `grant select on extras to ${roles.app}`],
    finds: ['citus-table-local extras'],
    severity: warning,
    shows: /pg_dist_partition/,
    undo: ['drop table extras'],
  },
  {
    title: 'a table whose shards go their own way',
    steps: [`select alter_distributed_table('events', colocate_with := 'none')`],
    finds: ['citus-not-colocated events'],
    severity: warning,
    shows: /events: by organization_id, co-location group \d+/,
  },
  {
    title: 'a table by another column',
    steps: [`select alter_distributed_table('events', distribution_column := 'id')`],
    finds: ['citus-not-colocated events'],
    severity: warning,
    shows: /events: by id/,
  },
  {
    title: 'a shard without row security',
    steps: [onShard('alter table %s disable row level security')],
    finds: ['citus-shard-differs projects'],
    severity: error,
    shows: /^projects_\d+ on \S+:\d+: row security is off$/m,
  },
  {
    title: 'a shard with FORCE',
    steps: [onShard('alter table %s force row level security')],
    finds: ['citus-shard-differs projects'],
    severity: error,
    shows: /^projects_\d+ on \S+:\d+: forced$/m,
  },
  {
    title: 'a shard whose policy opens all rows',
    steps: [onShard(`alter policy ${policy} on %s using (true)`)],
    finds: ['citus-shard-differs projects'],
    severity: error,
    shows: /^projects_\d+ on \S+:\d+: projects_tenant_isolation for all to doctor_app using true/m,
  },
  {
    title: 'a shard without its policy',
    steps: [onShard(`drop policy ${policy} on %s`)],
    finds: ['citus-shard-differs projects'],
    severity: error,
    shows: /^projects_\d+ on \S+:\d+: no policy projects_tenant_isolation$/m,
  },
  {
    title: 'a shard with one more policy',
    steps: [onShard('create policy more on %s using (true)')],
    finds: ['citus-shard-differs projects'],
    severity: error,
    shows: /^projects_\d+ on \S+:\d+: more for all to public using true$/m,
  },
  {
    title: 'a worker whose table lacks its policy',
    steps: [onWorker(`drop policy ${policy} on projects`)],
    finds: ['citus-shard-differs projects'],
    severity: error,
    shows: /^projects on \S+:\d+: no policy projects_tenant_isolation$/m,
  },
];

const refusing = '0_tenantry_refuse_column_change';
const suppressing = 'execute function suppress_redundant_updates_trigger()';

const ofShards: readonly Change[] = [
  {
    title: 'a shard without a trigger',
    steps: [
      onShard(`do $$ begin
        execute (select format('drop trigger %I on %s', tgname) from pg_trigger where tgrelid = '%s'::regclass and tgname like '${refusing}%');
      end $$`),
    ],
    finds: ['citus-trigger-differs projects'],
    severity: error,
    shows:
      /^projects_\d+ on \S+:\d+: no trigger BEFORE UPDATE OF organization_id, id FOR EACH ROW WHEN .* EXECUTE FUNCTION tenantry\.refuse_column_change/m,
  },
  {
    title: 'a shard whose triggers are off',
    steps: [onShard('alter table %s disable trigger user')],
    finds: ['citus-trigger-differs projects'],
    severity: error,
    shows: /^projects_\d+ on \S+:\d+: a trigger disable BEFORE UPDATE /m,
  },
  {
    title: 'a shard with one more trigger',
    steps: [onShard(`create trigger more before update on %s for each row ${suppressing}`)],
    finds: ['citus-trigger-differs projects'],
    severity: error,
    shows:
      /^projects_\d+ on \S+:\d+: a trigger BEFORE UPDATE FOR EACH ROW EXECUTE FUNCTION suppress/m,
    undo: [onShard('drop trigger more on %s')],
  },
  {
    title: 'a worker whose table lacks its trigger',
    steps: [onWorker(`drop trigger "${refusing}" on projects`)],
    finds: ['citus-trigger-differs projects'],
    severity: error,
    shows: /^projects on \S+:\d+: no trigger BEFORE UPDATE /m,
  },
  {
    title: 'a shard without a trigger that is always on, only',
    steps: [
      `create trigger always before update on projects for each row ${suppressing}`,
      'alter table projects enable always trigger always',
      onShard(`do $$ begin
        execute (select format('drop trigger %I on %s', tgname) from pg_trigger where tgrelid = '%s'::regclass and tgname like 'always%');
      end $$`),
    ],
    finds: ['citus-trigger-differs projects'],
    severity: error,
    shows: /^projects_\d+ on \S+:\d+: no trigger enable always BEFORE UPDATE /m,
    undo: ['drop trigger always on projects'],
  },
  {
    title: 'a shard without a right',
    steps: [onShard(`revoke insert on %s from ${roles.app}`)],
    finds: ['citus-grant-differs projects'],
    severity: warning,
    shows: /^projects_\d+ on \S+:\d+: not doctor_app: INSERT$/m,
  },
  {
    title: 'a shard with a right more, on a column and for everybody',
    steps: [
      onShard(
        `grant update (plan) on %s to ${roles.app} with grant option; grant truncate on %s to public`,
      ),
    ],
    finds: ['citus-grant-differs projects'],
    severity: warning,
    shows: /doctor_app: UPDATE \(plan\) with grant option[\s\S]*: public: TRUNCATE$/m,
  },
  {
    title: 'a worker whose table lacks a right',
    steps: [onWorker(`revoke select on projects from ${roles.app}`)],
    finds: ['citus-grant-differs projects'],
    severity: warning,
    shows: /^projects on \S+:\d+: not doctor_app: SELECT$/m,
  },
];

const ofNodes: readonly Change[] = [
  ...Object.values(roles).map((role) => ({
    title: `role ${role} that cannot log in`,
    steps: [`alter role ${role} nologin`],
    finds: [`citus-role-nologin role ${role}`],
    severity: error,
    shows: /:\d+: NOLOGIN/,
  })),
  {
    title: 'an owner that cannot log in',
    steps: [owner('nologin'), 'alter table events owner to doctor_owner'],
    finds: ['citus-role-nologin role doctor_owner', 'citus-owners-differ events'],
    severity: error,
    shows: /:\d+: NOLOGIN/,
  },
  {
    title: 'a role that bypasses row security on one worker',
    steps: [onWorker(`alter role ${roles.app} bypassrls`)],
    finds: [`citus-node-differs role ${roles.app}`],
    severity: error,
    shows: /:\d+: BYPASSRLS/,
  },
  {
    title: 'a function that answers otherwise on one worker',
    steps: [
      onWorker(
        `create or replace function tenantry.routed_tenant() returns uuid language sql immutable return null::uuid`,
      ),
    ],
    finds: ['citus-node-differs tenantry.routed_tenant()'],
    severity: error,
    shows: /:\d+: immutable [0-9a-f]{32}/,
    undo: [remake('tenantry.routed_tenant()')],
  },
  {
    title: 'a coordinator that takes shards',
    steps: [({ setCoordinator }) => setCoordinator(true)],
    finds: ['citus-coordinator-holds-shards node <coordinator>'],
    severity: warning,
    shows: /shouldhaveshards: true/,
  },
];

export const changes: readonly Change[] = [...ofPolicies, ...ofTables, ...ofShards, ...ofNodes];
