const frames = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];

/** Runs long work and shows progress on a terminal; nothing elsewhere. */
export async function withProgress<R>(text: string, work: () => Promise<R>): Promise<R> {
  const { stderr } = process;
  if (stderr.isTTY !== true) return work();
  let frame = 0;
  const show = () => stderr.write(`\r${frames[frame++ % frames.length]} ${text} `);
  show();
  const timer = setInterval(show, 80);
  try {
    return await work();
  } finally {
    clearInterval(timer);
    stderr.write('\r\u001b[K');
  }
}
