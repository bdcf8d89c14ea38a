/** The name of a service that rents PostgreSQL. */
export type ManagedServiceName =
  | 'rds'
  | 'cloud-sql'
  | 'azure'
  | 'heroku'
  | 'neon'
  | 'supabase'
  | 'digitalocean'
  | 'superuser';

/** What a service gives its customers, as SQL that a superuser runs on a server of the tests. */
export interface ManagedService {
  readonly name: ManagedServiceName;
  /** `Amazon RDS and Aurora` */
  readonly title: string;
  /** The attributes of the login that the service hands out: `createdb createrole`. */
  readonly attributes: string;
  /** Whether that login may create roles; where it may not, they are made in a console. */
  readonly createsRoles: boolean;
  /** Roles of the service, made once on a server. */
  readonly roles: readonly string[];
  /**
   * What the login is a member of, and what the service puts into each database.
   * @param login the quoted name of the login
   */
  database(login: string): readonly string[];
}

const none = () => [];

/** The role models of services that rent PostgreSQL, from their own documentation. */
export const managedServices: Readonly<Record<ManagedServiceName, ManagedService>> = {
  rds: {
    name: 'rds',
    title: 'Amazon RDS and Aurora',
    attributes: 'createdb createrole',
    createsRoles: true,
    roles: ['rds_superuser nologin', 'rds_password nologin', 'rds_replication nologin'],
    database: (login) => [
      `grant pg_monitor, pg_signal_backend to rds_superuser with admin option`,
      `grant rds_password, rds_replication to rds_superuser with admin option`,
      `grant rds_superuser to ${login}`,
    ],
  },
  'cloud-sql': {
    name: 'cloud-sql',
    title: 'Google Cloud SQL and AlloyDB',
    attributes: 'createdb createrole',
    createsRoles: true,
    roles: ['cloudsqlsuperuser nologin createdb createrole'],
    database: (login) => [
      'grant pg_monitor, pg_signal_backend to cloudsqlsuperuser',
      `grant cloudsqlsuperuser to ${login}`,
    ],
  },
  azure: {
    name: 'azure',
    title: 'Azure Database for PostgreSQL, flexible server',
    attributes: 'createdb createrole',
    createsRoles: true,
    roles: ['azure_pg_admin nologin createdb createrole'],
    database: (login) => [
      'grant pg_monitor, pg_signal_backend to azure_pg_admin with admin option',
      `grant azure_pg_admin to ${login} with admin option`,
    ],
  },
  heroku: {
    name: 'heroku',
    title: 'Heroku Postgres, with credentials',
    attributes: '',
    createsRoles: false,
    roles: [],
    database: (login) => [
      `grant pg_monitor, pg_read_all_settings, pg_read_all_stats, pg_signal_backend to ${login}`,
    ],
  },
  neon: {
    name: 'neon',
    title: 'Neon',
    attributes: 'createdb createrole replication bypassrls',
    createsRoles: true,
    roles: ['neon_superuser nologin createdb createrole replication bypassrls'],
    database: (login) => [
      'grant pg_read_all_data, pg_write_all_data, pg_monitor, pg_signal_backend to neon_superuser with admin option',
      `grant neon_superuser to ${login}`,
    ],
  },
  supabase: {
    name: 'supabase',
    title: 'Supabase',
    attributes: 'createdb createrole replication bypassrls',
    createsRoles: true,
    roles: [
      'anon nologin noinherit',
      'authenticated nologin noinherit',
      'service_role nologin noinherit bypassrls',
      'authenticator login noinherit',
      'supabase_auth_admin nologin noinherit createrole',
    ],
    database: (login) => [
      'grant anon, authenticated, service_role to authenticator',
      `grant anon, authenticated, service_role to ${login} with admin option`,
      `grant pg_monitor, pg_read_all_data, pg_signal_backend to ${login}`,
      'create schema auth authorization supabase_auth_admin',
      `create table auth.users (id uuid primary key, email text)`,
      'alter table auth.users owner to supabase_auth_admin',
      'alter table auth.users enable row level security',
      `create function auth.uid() returns uuid language sql stable as
        $$ select nullif(current_setting('request.jwt.claim.sub', true), '')::uuid $$`,
      `grant usage on schema auth to anon, authenticated, service_role, ${login}`,
      `grant select, references on auth.users to ${login}`,
      'grant usage on schema public to anon, authenticated, service_role',
      ...['tables', 'functions', 'sequences'].map(
        (kind) =>
          `alter default privileges for role ${login} in schema public grant all on ${kind} to anon, authenticated, service_role`,
      ),
    ],
  },
  digitalocean: {
    name: 'digitalocean',
    title: 'DigitalOcean',
    attributes: 'createdb createrole replication',
    createsRoles: true,
    roles: [],
    database: none,
  },
  superuser: {
    name: 'superuser',
    title: 'A server of your own',
    attributes: 'superuser',
    createsRoles: true,
    roles: [],
    database: none,
  },
};
