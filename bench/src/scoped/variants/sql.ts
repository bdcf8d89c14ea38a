/** The statements, once with the filter that a careful person writes and once without. */
export const handWritten = {
  point:
    'select id, name, stars, done_at, created_at from projects where organization_id = $1 and id = $2',
  list: 'select id, name, stars, done_at, created_at from projects where organization_id = $1 order by id limit 50',
  insert: 'insert into projects (organization_id, name, stars) values ($1, $2, $3) returning id',
  update: 'update projects set stars = $3 where organization_id = $1 and id = $2',
  count: 'select count(*)::int as n from projects where organization_id = $1',
  duplicate: 'insert into projects (organization_id, id, name) values ($1, $2, $3)',
} as const;

export const scoped = {
  point: 'select id, name, stars, done_at, created_at from projects where id = $1',
  list: 'select id, name, stars, done_at, created_at from projects order by id limit 50',
  insert: 'insert into projects (name, stars) values ($1, $2) returning id',
  update: 'update projects set stars = $2 where id = $1',
  count: 'select count(*)::int as n from projects',
  duplicate: 'insert into projects (id, name) values ($1, $2)',
} as const;
