import { countProjects } from '@/lib/count';
import { listProjects } from '@/lib/db';
import { tenantPage } from '@/lib/tenant';
import { createProject } from './actions';

export default tenantPage(async () => {
  const projects = await listProjects();
  const count = await countProjects();
  return (
    <main>
      <h1>{count} projects</h1>
      <ul>
        {projects.map(({ id, name }) => (
          <li key={id}>{name}</li>
        ))}
      </ul>
      <form action={createProject}>
        <input name="name" aria-label="Name" required />
        <button type="submit">Create</button>
      </form>
    </main>
  );
});
