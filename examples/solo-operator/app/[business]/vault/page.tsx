import Link from 'next/link';
import { db } from '@/lib/db';
import { tenantPage } from '@/lib/tenant';
import { listClients } from '@/src/queries/clients.ts';
import { listVaultItems } from '@/src/queries/vault.ts';
import { vaultCategories } from '@/src/schema/index.ts';
import { Form } from '../../form.tsx';
import { Choice } from '../choice.tsx';
import { addVaultItem, revealSecret } from './actions.ts';

export const metadata = { title: 'Vault' };

export default tenantPage(
  async ({ params }: { readonly params: Promise<{ business: string }> }) => {
    const { business } = await params;
    const items = await listVaultItems(db);
    const clients = await listClients(db);
    return (
      <>
        <h1>Vault</h1>
        <p className="soft">
          Secrets are encrypted with a key of this business. Each time one is shown, the audit log
          says to whom.
        </p>
        <section className="card">
          <table>
            <thead>
              <tr>
                <th scope="col">Name</th>
                <th scope="col">Category</th>
                <th scope="col">Client</th>
                <th scope="col">Secret</th>
              </tr>
            </thead>
            <tbody>
              {items.map(({ id, name, category, url, clientId, clientName }) => (
                <tr key={id}>
                  <td>
                    {name} <small>{url}</small>
                  </td>
                  <td>{category}</td>
                  <td>
                    {clientId && (
                      <Link href={`/${business}/clients/${clientId}`}>{clientName}</Link>
                    )}
                  </td>
                  <td>
                    <Form
                      business={business}
                      action={revealSecret}
                      submit="Reveal"
                      label={`Reveal ${name}`}
                      kind="inline"
                    >
                      <input type="hidden" name="item" value={id} />
                    </Form>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </section>
        <section className="card">
          <h2>New secret</h2>
          <Form business={business} action={addVaultItem} submit="Keep it">
            <div className="pair">
              <label>
                Name <input name="name" required maxLength={200} />
              </label>
              <label>
                Secret{' '}
                <input name="secret" type="password" required maxLength={8000} autoComplete="off" />
              </label>
              <label>
                Category
                <select name="category">
                  {vaultCategories.map((category) => (
                    <option key={category}>{category}</option>
                  ))}
                </select>
              </label>
              <Choice label="Client" name="clientId" rows={clients} />
              <label>
                Address <input name="url" type="url" />
              </label>
            </div>
          </Form>
        </section>
      </>
    );
  },
);
