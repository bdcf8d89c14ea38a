import Link from 'next/link';
import { db } from '@/lib/db';
import { tenantPage } from '@/lib/tenant';
import { listClients } from '@/src/queries/clients.ts';
import { listContent } from '@/src/queries/content.ts';
import { contentStatuses, contentTypes } from '@/src/schema/index.ts';
import { Form } from '../../form.tsx';
import { Choice } from '../choice.tsx';
import { addContent, changeContent } from './actions.ts';

export const metadata = { title: 'Content' };

const inWords = (value: string) => value.replace('_', ' ');
const minuteOf = (time: Date | null) => time?.toISOString().slice(0, 16);

export default tenantPage(
  async ({ params }: { readonly params: Promise<{ business: string }> }) => {
    const { business } = await params;
    const [items, clients] = await db.$client.batch(() => [listContent(db), listClients(db)]);
    return (
      <>
        <h1>Content</h1>
        <section className="card">
          <table>
            <thead>
              <tr>
                <th scope="col">Title</th>
                <th scope="col">Kind</th>
                <th scope="col">Client</th>
                <th scope="col">Status, and time in UTC</th>
              </tr>
            </thead>
            <tbody>
              {items.map((each) => (
                <tr key={each.id}>
                  <td>
                    {each.title} <small>{each.channel}</small>
                  </td>
                  <td>{inWords(each.type)}</td>
                  <td>
                    {each.clientId && (
                      <Link href={`/${business}/clients/${each.clientId}`}>{each.clientName}</Link>
                    )}
                  </td>
                  <td>
                    <Form
                      business={business}
                      action={changeContent}
                      submit="Change"
                      label={`Change ${each.title}`}
                      kind="inline"
                    >
                      <input type="hidden" name="id" value={each.id} />
                      <select
                        name="status"
                        defaultValue={each.status}
                        aria-label={`Status of ${each.title}`}
                      >
                        {contentStatuses.map((status) => (
                          <option key={status}>{status}</option>
                        ))}
                      </select>
                      <input
                        name="scheduledFor"
                        type="datetime-local"
                        defaultValue={minuteOf(each.scheduledFor)}
                        aria-label={`Time of ${each.title}`}
                      />
                    </Form>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </section>
        <section className="card">
          <h2>New content</h2>
          <Form business={business} action={addContent} submit="Add content">
            <div className="pair">
              <label>
                Title <input name="title" required maxLength={300} />
              </label>
              <label>
                Kind
                <select name="type">
                  {contentTypes.map((type) => (
                    <option key={type} value={type}>
                      {inWords(type)}
                    </option>
                  ))}
                </select>
              </label>
              <label>
                Channel <input name="channel" maxLength={200} />
              </label>
              <label>
                Status
                <select name="status">
                  {contentStatuses.map((status) => (
                    <option key={status}>{status}</option>
                  ))}
                </select>
              </label>
              <label>
                Time (UTC) <input name="scheduledFor" type="datetime-local" />
              </label>
              <Choice label="Client" name="clientId" rows={clients} />
            </div>
          </Form>
        </section>
      </>
    );
  },
);
