-- After the migrations of graphile-worker, as its login. Its tables have row-level security without a
-- policy, so only their owner adds jobs. The function adds one for the tenant of the transaction, whose
-- queues and keys cannot meet those of another tenant.
create or replace function jobs.add_job(
  task text,
  payload json,
  queue text default null,
  key text default null,
  run_at timestamptz default null
) returns text
language plpgsql
security definer
set search_path = ''
as $$
declare
  tenant constant text := nullif(current_setting('app.organization_id', true), '');
begin
  if tenant is null then
    raise exception 'a job needs a tenant' using errcode = '28000';
  end if;
  return (graphile_worker.add_job(
    identifier => task,
    payload => payload,
    queue_name => tenant || ':' || queue,
    job_key => tenant || ':' || key,
    run_at => run_at
  )).id;
end
$$;

revoke execute on function jobs.add_job from public;
grant usage on schema jobs to app;
grant execute on function jobs.add_job to app;
