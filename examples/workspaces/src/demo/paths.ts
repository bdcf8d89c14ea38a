import type { Customer, Seeded } from '../seed.ts';

/** Where things of the seed are in the API. */
export const pathsOf = ({ workspaces, projects }: Seeded, customer: Customer) => {
  const workspace = (slug: string) => `/api/workspaces/${workspaces[customer][slug]}` as const;
  return {
    workspace,
    documents: (slug: string, project: string) =>
      `${workspace(slug)}/projects/${projects[customer][project]}/documents` as const,
    project: (slug: string, project: string) =>
      `${workspace(slug)}/projects/${projects[customer][project]}` as const,
    document: (slug: string, id: string) => `${workspace(slug)}/documents/${id}` as const,
  };
};

/** The titles or names that an answer lists. */
export const listed = (
  json: { items?: readonly { title?: string; name?: string }[] } | undefined,
) => (json?.items ?? []).map(({ title, name }) => title ?? name);
