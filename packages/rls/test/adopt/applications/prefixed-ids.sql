-- Text ids with a prefix, made by the application: org_…, usr_…, inv_…; char and varchar columns, a soft
-- delete, a table that names its owner only in text.

create table users (id text primary key default 'usr_' || replace(gen_random_uuid()::text, '-', ''), email text not null unique);
create table orgs (id text primary key default 'org_' || replace(gen_random_uuid()::text, '-', ''), name text not null, deleted_at timestamptz);
create table org_users (org_id text not null references orgs (id), user_id text not null references users (id), role varchar(20) not null, primary key (org_id, user_id));
create table customers (id text primary key default 'cus_' || replace(gen_random_uuid()::text, '-', ''), org_id varchar(64) not null, name text not null, foreign key (org_id) references orgs (id));
create table invoices (id text primary key default 'inv_' || replace(gen_random_uuid()::text, '-', ''), customer_id text not null references customers (id), number text not null, currency char(3) not null default 'EUR', total bigint not null default 0, deleted_at timestamptz);
create table invoice_lines (invoice_id text not null references invoices (id) on delete cascade, line integer not null, text text not null, cents bigint not null default 0, primary key (invoice_id, line));
create table payments (id text primary key default 'pay_' || replace(gen_random_uuid()::text, '-', ''), invoice_id text references invoices (id) on delete set null, created_by text not null references users (id), cents bigint not null default 0);
create table webhooks (id text primary key default 'whk_' || replace(gen_random_uuid()::text, '-', ''), org_id text not null references orgs (id), url text not null, secret text not null);
create table webhook_deliveries (id text primary key default 'dlv_' || replace(gen_random_uuid()::text, '-', ''), webhook_id text not null references webhooks (id) on delete cascade, status integer not null default 0, body text);
create table idempotency_keys (key text primary key, user_id text not null references users (id), response jsonb);
insert into users (id, email) select 'usr_' || i, 'u' || i from generate_series(1, 4) i;
insert into orgs (id, name) select 'org_' || i, 'o' || i from generate_series(1, 2) i;
insert into org_users select 'org_' || (1 + i % 2), 'usr_' || i, 'owner' from generate_series(1, 4) i;
insert into customers (id, org_id, name) select 'cus_' || i, 'org_' || (1 + i % 2), 'c' from generate_series(1, 10) i;
insert into invoices (id, customer_id, number) select 'inv_' || i, 'cus_' || (1 + i % 10), 'N' || i from generate_series(1, 40) i;
insert into invoice_lines select id, l, 'x' from invoices, generate_series(1, 3) l;
insert into payments (invoice_id, created_by) select case when i % 2 = 0 then 'inv_' || i end, 'usr_' || (1 + i % 4) from generate_series(1, 40) i;
insert into webhooks (id, org_id, url, secret) select 'whk_' || i, 'org_' || i, 'https://x', 's' from generate_series(1, 2) i;
insert into webhook_deliveries (webhook_id) select 'whk_' || (1 + i % 2) from generate_series(1, 50) i;
insert into idempotency_keys (key, user_id) select 'k' || i, 'usr_' || (1 + i % 4) from generate_series(1, 20) i;
