import { Can, useCan } from './guards.ts';
import { Members } from './Members.tsx';
import { Roles } from './Roles.tsx';
import { fieldsOf, send } from './send.ts';
import type { BoardState, Task } from './state.ts';

/** The page of an organization. What somebody may not do is not offered; the server refuses it anyway. */
export function Board(state: BoardState) {
  const { base, organization, projects, tasks, snapshot } = state;
  return (
    <main>
      <header>
        <h1>{organization.name}</h1>
        <p>Your roles: {snapshot.roles.join(', ')}</p>
        <button type="button" onClick={() => send('POST', '/auth/sign-out', {})}>
          Sign out
        </button>
      </header>
      <section aria-label="Projects">
        {projects.map(({ id, name }) => (
          <article key={id}>
            <h2>{name}</h2>
            <ul>
              {tasks
                .filter(({ projectId }) => projectId === id)
                .map((task) => (
                  <TaskLine key={task.id} base={base} task={task} />
                ))}
            </ul>
          </article>
        ))}
        <Can permission="projects:create" fallback={<p>Who may create projects adds one here.</p>}>
          <NewProject base={base} />
        </Can>
      </section>
      <Can permission="members:assign">
        <Members {...state} />
      </Can>
      <Can permission="roles:manage">
        <Roles {...state} />
      </Can>
    </main>
  );
}

function TaskLine({ base, task }: { base: string; task: Task }) {
  const can = useCan();
  const status = task.status === 'open' ? 'done' : 'open';
  return (
    <li className={task.status}>
      {task.title}{' '}
      {can('tasks:update') && (
        <button
          type="button"
          onClick={() => send('PATCH', `${base}/api/tasks/${task.id}`, { status })}
        >
          {status === 'done' ? 'Done' : 'Reopen'}
        </button>
      )}
    </li>
  );
}

function NewProject({ base }: { base: string }) {
  return (
    <form
      aria-label="New project"
      onSubmit={(event) =>
        send('POST', `${base}/api/projects`, { name: fieldsOf(event).text('name') })
      }
    >
      <input name="name" aria-label="Name of the project" required maxLength={100} />
      <button type="submit">Add project</button>
    </form>
  );
}
