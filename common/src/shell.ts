/** A text as one word of a POSIX shell, also in zsh: for commands that a person copies from a message. */
export function shellWord(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
