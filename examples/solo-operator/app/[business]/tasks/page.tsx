import { db } from '@/lib/db';
import { tenantPage } from '@/lib/tenant';
import { listPersonalTasks } from '@/src/queries/personal-tasks.ts';
import { categories } from '@/src/schema/index.ts';
import { Form } from '../../form.tsx';
import { addPersonalTask, completeTask, planTask } from './actions.ts';

export const metadata = { title: 'My tasks' };

export default tenantPage(
  async ({ params }: { readonly params: Promise<{ business: string }> }) => {
    const { business } = await params;
    const tasks = await listPersonalTasks(db);
    const parts = [
      { heading: 'Today', tasks: tasks.filter(({ isToday }) => isToday), move: 'Later' },
      { heading: 'Backlog', tasks: tasks.filter(({ isToday }) => !isToday), move: 'Today' },
    ];
    return (
      <>
        <h1>My tasks</h1>
        <p className="soft">Only you see them.</p>
        <div className="grid">
          {parts.map((part) => (
            <section key={part.heading} className="card">
              <h2>{part.heading}</h2>
              <ul className="plain">
                {part.tasks.map(({ id, title, completed, category, isToday }) => (
                  <li key={id}>
                    <span className={completed ? 'done' : ''}>
                      {title} <small>{category}</small>
                    </span>
                    <span>
                      <Form
                        business={business}
                        action={completeTask}
                        submit={completed ? 'Reopen' : 'Done'}
                        label={`${completed ? 'Reopen' : 'Done'}: ${title}`}
                        kind="inline"
                      >
                        <input type="hidden" name="id" value={id} />
                        <input type="hidden" name="completed" value={String(!completed)} />
                      </Form>{' '}
                      <Form
                        business={business}
                        action={planTask}
                        submit={part.move}
                        label={`${part.move}: ${title}`}
                        kind="inline"
                      >
                        <input type="hidden" name="id" value={id} />
                        <input type="hidden" name="isToday" value={String(!isToday)} />
                      </Form>
                    </span>
                  </li>
                ))}
              </ul>
            </section>
          ))}
        </div>
        <section className="card">
          <h2>New task</h2>
          <Form business={business} action={addPersonalTask} submit="Add task">
            <div className="pair">
              <label>
                Title <input name="title" required maxLength={200} />
              </label>
              <label>
                Category
                <select name="category">
                  {categories.map((category) => (
                    <option key={category}>{category}</option>
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
