const nothing = () => {};

/** What a command prints, thrown away. */
export const silent = {
  line: nothing,
  done: nothing,
  failed: nothing,
  table: nothing,
  note: nothing,
  result: nothing,
};
