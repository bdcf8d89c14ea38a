/** The same connection string, through a port on this machine. */
export function throughPort(targetUrl: string, port: number): string {
  const url = new URL(targetUrl);
  url.hostname = '127.0.0.1';
  url.port = String(port);
  // pg lets these win over the address, and would go past the port
  for (const name of ['host', 'hostaddr', 'port']) url.searchParams.delete(name);
  return url.href;
}
