import Link from 'next/link';
import { db } from '@/lib/db';
import { tenantPage } from '@/lib/tenant';
import { formatMoney } from '@/src/money/format.ts';
import { listClients } from '@/src/queries/clients.ts';
import { listProjects } from '@/src/queries/projects.ts';
import { projectTypes } from '@/src/schema/index.ts';
import { Form } from '../../form.tsx';
import { addProject } from './actions.ts';

export const metadata = { title: 'Projects' };

export default tenantPage(
  async ({ params }: { readonly params: Promise<{ business: string }> }) => {
    const { business } = await params;
    const projects = await listProjects(db);
    const clients = await listClients(db);
    return (
      <>
        <h1>Projects</h1>
        <section className="card">
          <table>
            <thead>
              <tr>
                <th scope="col">Project</th>
                <th scope="col">Client</th>
                <th scope="col">Status</th>
                <th scope="col">Deadline</th>
                <th scope="col" className="number">
                  Budget
                </th>
              </tr>
            </thead>
            <tbody>
              {projects.map(({ id, name, clientName, status, deadline, budget, currency }) => (
                <tr key={id}>
                  <td>
                    <Link href={`/${business}/projects/${id}`}>{name}</Link>
                  </td>
                  <td>{clientName ?? <span className="soft">own work</span>}</td>
                  <td>
                    <span className={`tag ${status}`}>{status}</span>
                  </td>
                  <td>{deadline}</td>
                  <td className="number">{budget !== null && formatMoney(budget, currency)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </section>
        <section className="card">
          <h2>New project</h2>
          <Form business={business} action={addProject} submit="Add project">
            <div className="pair">
              <label>
                Name <input name="name" required maxLength={200} />
              </label>
              <label>
                Client
                <select name="clientId">
                  <option value="">None: own work</option>
                  {clients.map(({ id, name }) => (
                    <option key={id} value={id}>
                      {name}
                    </option>
                  ))}
                </select>
              </label>
              <label>
                Type
                <select name="type">
                  {projectTypes.map((type) => (
                    <option key={type}>{type}</option>
                  ))}
                </select>
              </label>
              <label>
                Deadline <input name="deadline" type="date" />
              </label>
            </div>
          </Form>
        </section>
      </>
    );
  },
);
