import type { ReactNode } from 'react';
import { db } from '@/lib/db';
import { tenantPage } from '@/lib/tenant';
import { businesses } from '@/src/schema/index.ts';
import { signOut } from '../sign-in/actions.ts';
import { NavLink } from './nav-link.tsx';

const pages = {
  clients: 'Clients',
  projects: 'Projects',
  tasks: 'My tasks',
  invoices: 'Invoices',
  transactions: 'Transactions',
  content: 'Content',
  assets: 'Assets',
  vault: 'Vault',
  plan: 'Plan',
};

interface Props {
  readonly params: Promise<{ business: string }>;
  readonly children: ReactNode;
}

export default tenantPage(async ({ params, children }: Props) => {
  const { business: slug } = await params;
  const [business] = await db
    .select({ name: businesses.name, plan: businesses.plan })
    .from(businesses);
  return (
    <>
      <header>
        <a href="#main" className="skip">
          Skip to the page
        </a>
        <span className="brand">
          {business?.name} <small>{business?.plan}</small>
        </span>
        <nav aria-label="Business">
          {Object.entries(pages).map(([page, label]) => (
            <NavLink key={page} href={`/${slug}/${page}`}>
              {label}
            </NavLink>
          ))}
        </nav>
        <form action={signOut}>
          <button type="submit" className="quiet">
            Sign out
          </button>
        </form>
      </header>
      <main id="main">{children}</main>
    </>
  );
});
