import { acme, globex } from './schema.ts';
import { rocket, type Shape } from './shape.ts';

export const writes: Record<string, Shape> = {
  'insert without tenant': [
    `insert into projects (name) values ($1) returning organization_id, name`,
    ['New'],
    [[acme, 'New']],
  ],
  'insert with tenant': [
    `insert into projects (organization_id, name) values ($1, $2)`,
    [acme, 'Other'],
    1,
  ],
  'insert of several rows': [
    `insert into projects (name, stars) values ($1, 1), ($2, 2) returning name`,
    ['a', 'b'],
    [['a'], ['b']],
  ],
  'insert in an expression': [
    `with p as (insert into projects (name) values ('Newer') returning organization_id) select organization_id from p`,
    [],
    [[acme]],
  ],
  upsert: [
    `insert into projects (name, stars) values ('Rocket', 4) on conflict (organization_id, name) do update set stars = projects.stars + excluded.stars returning stars`,
    [],
    [[5]],
  ],
  'on conflict do nothing': [
    `insert into projects (name) values ('Rocket') on conflict do nothing`,
    [],
    0,
  ],
  update: [
    `update projects set stars = stars + 1 where name = $1 returning stars`,
    ['Rocket'],
    [[2]],
  ],
  'update of all rows': [`update projects set stars = 9`, [], 2],
  'update from': [
    `update tasks t set done = true from projects p where p.id = t.project_id and p.name = 'Rocket'`,
    [],
    2,
  ],
  'update from a reference table': [
    `update organizations set name = l.name from plans l where l.name = organizations.plan returning organizations.name`,
    [],
    [['team']],
  ],
  'update by a subquery': [
    `update projects set stars = (select count(*) from tasks t where t.project_id = projects.id)`,
    [],
    2,
  ],
  'update where in': [`update tasks set done = true where project_id in ${rocket}`, [], 2],
  'update in an expression': [
    `with u as (update projects set stars = 3 returning name) select name from u order by 1`,
    [],
    [['Anvil'], ['Rocket']],
  ],
  'update of a foreign row': [
    `update projects set stars = 9 where organization_id = $1`,
    [globex],
    0,
  ],
  'update of the tenant to itself': [
    `update projects set organization_id = projects.organization_id, stars = 7 where name = 'Rocket' returning stars`,
    [],
    [[7]],
  ],
  'upsert that names the tenant': [
    `insert into projects (organization_id, name) values ($1, 'Rocket') on conflict (organization_id, name) do update set organization_id = excluded.organization_id returning name`,
    [acme],
    [['Rocket']],
  ],
  delete: [`delete from projects where name = 'Anvil' returning name`, [], [['Anvil']]],
  'delete of all rows': [`delete from tasks`, [], 2],
  'delete using': [`delete from tasks using projects p where p.id = tasks.project_id`, [], 2],
  'delete where in': [`delete from tasks where project_id in ${rocket}`, [], 2],
  'delete in an expression': [
    `with d as (delete from tasks returning title) select title from d order by 1`,
    [],
    [['Build'], ['Launch']],
  ],
  'delete of a foreign row': [`delete from projects where organization_id = $1`, [globex], 0],
};
