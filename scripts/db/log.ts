/** Everything but the URI goes to stderr: stdout's last line is what callers read. */
export function say(message: string): void {
  process.stderr.write(`db: ${message}\n`);
}
