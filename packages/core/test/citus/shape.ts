/** Two tasks of the first tenant belong to it. */
export const rocket = `(select id from projects where name = 'Rocket')`;

/** A statement, its values, and the rows, or the number of rows, that it answers with. */
export type Shape = readonly [
  text: string,
  values: unknown[],
  answer: readonly unknown[][] | number,
];
