import { globex } from './schema.ts';
import { rocket, type Shape } from './shape.ts';

export const reads: Record<string, Shape> = {
  select: [`select name from projects order by name`, [], [['Anvil'], ['Rocket']]],
  'select by a parameter': [`select stars from projects where name = $1`, ['Rocket'], [[1]]],
  'select by a list': [
    `select name from projects where name = any($1) order by 1`,
    [['Anvil', 'x']],
    [['Anvil']],
  ],
  join: [
    `select p.name, t.title from projects p join tasks t on t.project_id = p.id order by 2`,
    [],
    [
      ['Rocket', 'Build'],
      ['Rocket', 'Launch'],
    ],
  ],
  'left join': [
    `select p.name, t.title from projects p left join tasks t on t.project_id = p.id order by 1, 2`,
    [],
    [
      ['Anvil', null],
      ['Rocket', 'Build'],
      ['Rocket', 'Launch'],
    ],
  ],
  'full join': [
    `select count(*)::int from projects p full join tasks t using (organization_id)`,
    [],
    [[4]],
  ],
  'self join': [
    `select a.name, b.name from projects a join projects b on a.name < b.name`,
    [],
    [['Anvil', 'Rocket']],
  ],
  'join of the tenants': [
    `select o.name, p.name from organizations o join projects p on p.organization_id = o.id order by 2`,
    [],
    [
      ['Organization 1', 'Anvil'],
      ['Organization 1', 'Rocket'],
    ],
  ],
  'join of a reference table': [
    `select o.name, l.seats from organizations o join plans l on l.name = o.plan`,
    [],
    [['Organization 1', 20]],
  ],
  'a reference table': [`select name from plans order by 1`, [], [['free'], ['team']]],
  count: [`select count(*)::int from projects`, [], [[2]]],
  'group by, having': [
    `select project_id is not null, count(*)::int from tasks group by project_id having count(*) > 1`,
    [],
    [[true, 2]],
  ],
  'grouping sets': [
    `select name, count(*)::int from projects group by grouping sets ((name), ()) order by 1`,
    [],
    [
      ['Anvil', 1],
      ['Rocket', 1],
      [null, 2],
    ],
  ],
  'distinct on': [
    `select distinct on (project_id) title from tasks order by project_id, title`,
    [],
    [['Build']],
  ],
  'limit, offset': [`select name from projects order by name limit 1 offset 1`, [], [['Rocket']]],
  window: [
    `select name, row_number() over (order by name)::int from projects`,
    [],
    [
      ['Anvil', 1],
      ['Rocket', 2],
    ],
  ],
  'window, partition': [
    `select title, count(*) over (partition by project_id)::int from tasks order by 1`,
    [],
    [
      ['Build', 2],
      ['Launch', 2],
    ],
  ],
  'common table expression': [
    `with p as (select id from projects) select t.title from tasks t join p on p.id = t.project_id order by 1`,
    [],
    [['Build'], ['Launch']],
  ],
  'materialized expression': [
    `with p as materialized (select id from projects) select t.title from tasks t join p on p.id = t.project_id order by 1`,
    [],
    [['Build'], ['Launch']],
  ],
  'recursive expression': [
    `with recursive n(i) as (select 1 union all select i + 1 from n where i < 3) select n.i from n, projects p where p.name = 'Rocket' order by 1`,
    [],
    [[1], [2], [3]],
  ],
  'subquery in WHERE': [
    `select title from tasks where project_id in ${rocket} order by 1`,
    [],
    [['Build'], ['Launch']],
  ],
  'subquery as a value': [
    `select (select count(*)::int from tasks), (select count(*)::int from projects)`,
    [],
    [[2, 2]],
  ],
  'subquery in FROM': [
    `select max(n)::int from (select count(*) n from tasks group by project_id) x`,
    [],
    [[2]],
  ],
  exists: [
    `select name from projects p where exists (select from tasks t where t.project_id = p.id)`,
    [],
    [['Rocket']],
  ],
  'not exists': [
    `select name from projects p where not exists (select from tasks t where t.project_id = p.id)`,
    [],
    [['Anvil']],
  ],
  lateral: [
    `select p.name, x.title from projects p cross join lateral (select title from tasks t where t.project_id = p.id order by 1 limit 1) x`,
    [],
    [['Rocket', 'Build']],
  ],
  'lateral with JSON': [
    `select p.name, t.data from projects p left join lateral (select coalesce(json_agg(x.title order by x.title), '[]') as data from tasks x where x.project_id = p.id) t on true order by 1`,
    [],
    [
      ['Anvil', []],
      ['Rocket', ['Build', 'Launch']],
    ],
  ],
  union: [
    `select name from projects union select title from tasks order by 1`,
    [],
    [['Anvil'], ['Build'], ['Launch'], ['Rocket']],
  ],
  intersect: [
    `select count(*)::int from (select project_id from tasks intersect select id from projects) x`,
    [],
    [[1]],
  ],
  'for update': [`select name from projects where name = 'Rocket' for update`, [], [['Rocket']]],
  'for update skip locked': [`select name from projects for update skip locked`, [], 2],
  'the tenant': [
    `select name from projects where organization_id = tenantry.current_tenant() order by 1`,
    [],
    [['Anvil'], ['Rocket']],
  ],
  'a condition that is always true': [
    `select count(*)::int from projects where organization_id = $1 or true`,
    [globex],
    [[2]],
  ],
  'rows of another tenant': [`select name from projects where organization_id = $1`, [globex], []],
};
