-- After the first start of pg-boss, as its login. The app role adds jobs; it can neither read nor change
-- one. A queue with partition: true has a table of its own, which needs the same two rights.
grant usage on schema pgboss to app;
grant select on pgboss.queue to app;
grant insert, select (id) on pgboss.job_common to app;
