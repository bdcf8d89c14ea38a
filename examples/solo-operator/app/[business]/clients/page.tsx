import Link from 'next/link';
import { db } from '@/lib/db';
import { tenantPage } from '@/lib/tenant';
import { listClients } from '@/src/queries/clients.ts';
import { clientStatuses } from '@/src/schema/index.ts';
import { Form } from '../../form.tsx';
import { addClient } from './actions.ts';

export const metadata = { title: 'Clients' };

export default tenantPage(
  async ({ params }: { readonly params: Promise<{ business: string }> }) => {
    const { business } = await params;
    const clients = await listClients(db);
    return (
      <>
        <h1>Clients</h1>
        <section className="card">
          <table>
            <thead>
              <tr>
                <th scope="col">Name</th>
                <th scope="col">Company</th>
                <th scope="col">Status</th>
              </tr>
            </thead>
            <tbody>
              {clients.map(({ id, name, company, status }) => (
                <tr key={id}>
                  <td>
                    <Link href={`/${business}/clients/${id}`}>{name}</Link>
                  </td>
                  <td>{company}</td>
                  <td>
                    <span className={`tag ${status}`}>{status}</span>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </section>
        <section className="card">
          <h2>New client</h2>
          <Form business={business} action={addClient} submit="Add client">
            <div className="pair">
              <label>
                Name <input name="name" required maxLength={200} />
              </label>
              <label>
                Company <input name="company" maxLength={200} />
              </label>
              <label>
                Email <input name="email" type="email" />
              </label>
              <label>
                Status
                <select name="status">
                  {clientStatuses.map((status) => (
                    <option key={status}>{status}</option>
                  ))}
                </select>
              </label>
            </div>
          </Form>
        </section>
      </>
    );
  },
);
