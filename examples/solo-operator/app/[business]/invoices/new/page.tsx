import { db } from '@/lib/db';
import { tenantPage } from '@/lib/tenant';
import { listClients } from '@/src/queries/clients.ts';
import { getSettings } from '@/src/queries/settings.ts';
import { Form } from '../../../form.tsx';
import { addInvoice } from '../actions.ts';

export const metadata = { title: 'New invoice' };

/** Lines that are left empty are not part of the invoice. */
const lines = [1, 2, 3, 4, 5];

export default tenantPage(
  async ({ params }: { readonly params: Promise<{ business: string }> }) => {
    const { business } = await params;
    const settings = await getSettings(db);
    const clients = await listClients(db);
    return (
      <>
        <h1>New invoice</h1>
        <section className="card">
          <Form business={business} action={addInvoice} submit="Create invoice">
            <div className="pair">
              <label>
                Client
                <select name="clientId" required>
                  {clients.map(({ id, name }) => (
                    <option key={id} value={id}>
                      {name}
                    </option>
                  ))}
                </select>
              </label>
              <label>
                Currency{' '}
                <input
                  name="currency"
                  defaultValue={settings.currency}
                  required
                  pattern="[A-Z]{3}"
                />
              </label>
              <label>
                Tax in percent
                <input
                  name="taxRate"
                  defaultValue={settings.taxRate / 100}
                  inputMode="decimal"
                  required
                />
              </label>
            </div>
            <table>
              <caption>Lines: empty ones are left out</caption>
              <thead>
                <tr>
                  <th scope="col">Description</th>
                  <th scope="col">Quantity</th>
                  <th scope="col">Rate</th>
                </tr>
              </thead>
              <tbody>
                {lines.map((line) => (
                  <tr key={line}>
                    <td>
                      <input
                        name="description"
                        aria-label={`Description of line ${line}`}
                        required={line === 1}
                      />
                    </td>
                    <td>
                      <input
                        name="quantity"
                        aria-label={`Quantity of line ${line}`}
                        inputMode="decimal"
                      />
                    </td>
                    <td>
                      <input name="rate" aria-label={`Rate of line ${line}`} inputMode="decimal" />
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
            <label>
              Notes <textarea name="notes" rows={2} defaultValue={settings.invoiceNotes} />
            </label>
          </Form>
        </section>
      </>
    );
  },
);
