/** A gate in a step of a worker: it waits there until it is let go. */
export function gated(step: string) {
  let open = () => {};
  let arrived = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  const reached = new Promise<void>((resolve) => {
    arrived = resolve;
  });
  let used = false;
  const onStep = async (at: string) => {
    if (at !== step || used) return;
    used = true;
    arrived();
    await opened;
  };
  return { onStep, open: () => open(), reached };
}
