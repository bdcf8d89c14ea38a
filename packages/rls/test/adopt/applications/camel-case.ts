import { idKinds } from './starter-teams.ts';

// A schema that an ORM has written with bigserial ids and quoted camelCase: "Organization", "organizationId".

export const camelCase = (kind: keyof typeof idKinds): string => {
  const { column, type, of } = idKinds[kind];
  return `
create type "Role" as enum ('OWNER', 'MEMBER');
create table "User" ("id" bigserial primary key, "email" text not null, "createdAt" timestamptz not null default now());
create unique index "User_email_key" on "User" ("email");
create table "Organization" ("id" ${column}, "name" text not null, "slug" text not null unique);
create table "Membership" ("id" bigserial primary key, "organizationId" ${type} not null, "userId" bigint not null,
  "role" "Role" not null default 'MEMBER', "acceptedAt" timestamptz,
  constraint "Membership_organizationId_fkey" foreign key ("organizationId") references "Organization" ("id") on delete cascade on update cascade,
  constraint "Membership_userId_fkey" foreign key ("userId") references "User" ("id") on delete cascade on update cascade);
create unique index "Membership_userId_organizationId_key" on "Membership" ("userId", "organizationId");
create table "Survey" ("id" bigserial primary key, "organizationId" ${type}, "createdBy" bigint not null references "User" ("id"),
  "name" text not null, "questions" jsonb not null default '[]', "updatedAt" timestamptz not null default now());
alter table "Survey" add constraint "Survey_organizationId_fkey" foreign key ("organizationId") references "Organization" ("id");
create table "Response" ("id" bigserial primary key, "surveyId" bigint not null, "data" jsonb not null, "finished" boolean not null default false,
  constraint "Response_surveyId_fkey" foreign key ("surveyId") references "Survey" ("id") on delete cascade on update cascade);
create index "Response_surveyId_idx" on "Response" ("surveyId");
create table "Tag" ("id" bigserial primary key, "surveyId" bigint references "Survey" ("id") on delete set null, "name" text not null,
  "createdBy" bigint not null references "User" ("id"));
create table "TagOnResponse" ("responseId" bigint not null references "Response" ("id") on delete cascade,
  "tagId" bigint not null references "Tag" ("id") on delete cascade, primary key ("responseId", "tagId"));
create table "Session" ("id" text primary key, "sessionToken" text not null unique, "userId" bigint not null references "User" ("id"), "expires" timestamptz not null);
create table "_prisma_migrations" ("id" varchar(36) primary key, "checksum" varchar(64) not null, "finished_at" timestamptz);
insert into "User" ("email") select 'u' || i from generate_series(1, 6) i;
insert into "Organization" ("id", "name", "slug") select ${of('i')}, 'o' || i, 'o' || i from generate_series(1, 3) i;
insert into "Membership" ("organizationId", "userId") select ${of('(1 + i % 3)')}, i from generate_series(1, 6) i;
insert into "Survey" ("organizationId", "createdBy", "name") select case when i % 2 = 0 then ${of('(1 + i % 3)')} end, i, 's' from generate_series(1, 6) i;
insert into "Response" ("surveyId", "data") select 1 + i % 6, '{}' from generate_series(1, 60) i;
insert into "Tag" ("surveyId", "name", "createdBy") select case when i % 3 > 0 then i end, 't' || i, i from generate_series(1, 6) i;
insert into "TagOnResponse" select r."id", t."id" from "Response" r join "Tag" t on t."surveyId" = r."surveyId";
`;
};
