import Link from 'next/link';
import { db } from '@/lib/db';
import { tenantPage } from '@/lib/tenant';
import { assetsPage } from '@/src/queries/assets.ts';
import { Form } from '../../form.tsx';
import { Choice } from '../choice.tsx';
import { addAsset } from './actions.ts';
import { type Field, kindsOf } from './kinds.ts';

export const metadata = { title: 'Assets' };

/** Six tables, all of them in one round trip. */
export default tenantPage(
  async ({ params }: { readonly params: Promise<{ business: string }> }) => {
    const { business } = await params;
    const page = await assetsPage(db);
    const clientName = new Map(page.linkable.clients.map(({ id, name }) => [id, name]));
    return (
      <>
        <h1>Assets</h1>
        {kindsOf(page).map(({ kind, title, one, columns, rows, fields }) => (
          <section key={kind} className="card" aria-label={title}>
            <h2>{title}</h2>
            {rows.length > 0 && (
              <table>
                <thead>
                  <tr>
                    {[...columns, 'Client'].map((heading) => (
                      <th key={heading} scope="col">
                        {heading}
                      </th>
                    ))}
                  </tr>
                </thead>
                <tbody>
                  {rows.map(({ id, clientId, cells }) => (
                    <tr key={id}>
                      {cells.map((text, index) => (
                        <td key={columns[index]}>{text}</td>
                      ))}
                      <td>
                        {clientId && (
                          <Link href={`/${business}/clients/${clientId}`}>
                            {clientName.get(clientId)}
                          </Link>
                        )}
                      </td>
                    </tr>
                  ))}
                </tbody>
              </table>
            )}
            <details>
              <summary>New {one}</summary>
              <Form business={business} action={addAsset} submit={`Add ${one}`}>
                <input type="hidden" name="kind" value={kind} />
                <div className="pair">
                  {fields.map((field) => (
                    <Entry key={field.name} {...field} />
                  ))}
                </div>
              </Form>
            </details>
          </section>
        ))}
      </>
    );
  },
);

function Entry({ name, label, type = 'text', required, initial, values, rows }: Field) {
  if (rows !== undefined) return <Choice label={label} name={name} rows={rows} />;
  if (values === undefined)
    return (
      <label>
        {label}
        <input name={name} type={type} required={required} defaultValue={initial} maxLength={500} />
      </label>
    );
  return (
    <label>
      {label}
      <select name={name}>
        {values.map((value) => (
          <option key={value}>{value}</option>
        ))}
      </select>
    </label>
  );
}
