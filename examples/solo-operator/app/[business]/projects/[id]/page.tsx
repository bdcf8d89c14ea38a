import { notFound } from 'next/navigation';
import { db } from '@/lib/db';
import { type RowPage, rowOf } from '@/lib/row-page';
import { tenantPage } from '@/lib/tenant';
import { projectBoard } from '@/src/queries/projects.ts';
import { Form } from '../../../form.tsx';
import { addTask, moveTask } from '../actions.ts';

export default tenantPage(async (props: RowPage) => {
  const { business, id } = await rowOf(props);
  const board = await projectBoard(db, id);
  if (board === undefined) notFound();
  const { project, columns } = board;
  return (
    <>
      <h1>{project.name}</h1>
      <div className="board">
        {columns.map((column, index) => {
          const neighbours = [columns[index - 1], columns[index + 1]];
          return (
            <section key={column.id} aria-label={column.name}>
              <h2>
                {column.name} <small>{column.tasks.length}</small>
              </h2>
              <ul className="plain">
                {column.tasks.map((task) => (
                  <li key={task.id} className="card">
                    <span>
                      {task.title} <small>{task.priority}</small>
                    </span>
                    <span>
                      {neighbours.map(
                        (to, side) =>
                          to && (
                            <Form
                              key={to.id}
                              business={business}
                              action={moveTask}
                              submit={side === 0 ? '←' : '→'}
                              label={`Move ${task.title} to ${to.name}`}
                              kind="inline"
                            >
                              <input type="hidden" name="projectId" value={id} />
                              <input type="hidden" name="taskId" value={task.id} />
                              <input type="hidden" name="columnId" value={to.id} />
                            </Form>
                          ),
                      )}
                    </span>
                  </li>
                ))}
              </ul>
              <Form business={business} action={addTask} submit="Add" kind="inline">
                <input type="hidden" name="projectId" value={id} />
                <input type="hidden" name="columnId" value={column.id} />
                <input
                  name="title"
                  aria-label={`New task in ${column.name}`}
                  required
                  maxLength={200}
                />
              </Form>
            </section>
          );
        })}
      </div>
    </>
  );
});
