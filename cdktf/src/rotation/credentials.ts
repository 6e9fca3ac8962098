/** The secret's content: the current and the previous login to the stores. Only letters, digits and `-`. */
export interface Credentials {
  readonly username: string;
  readonly password: string;
  /** Still valid until the next rotation; both empty in the first version. */
  readonly previousUsername: string;
  readonly previousPassword: string;
}

const users = ["web-a", "web-b"] as const;

/** The credentials after these (the secret's text; undefined: none): the other user, with this new password. */
export function credentialsAfter(current: string | undefined, password: string): Credentials {
  const { username = "", password: before = "" } = current === undefined ? {} : read(current);
  const next = username === users[0] ? users[1] : users[0];
  return { username: next, password, previousUsername: username, previousPassword: before };
}

/** Whether the secret's text has a user and a new password, beside those of the previous version. */
export function areCredentials(text: string): boolean {
  const { username = "", password = "", previousUsername, previousPassword } = read(text);
  const isNew = username !== previousUsername && password !== previousPassword;
  return isNew && users.some((user) => user === username) && /^[A-Za-z0-9]{40}$/.test(password);
}

/** The texts in a JSON object; empty if it is none. */
function read(text: string): Partial<Credentials> {
  try {
    const value: unknown = JSON.parse(text);
    const entries = typeof value === "object" && value !== null ? Object.entries(value) : [];
    return Object.fromEntries(entries.filter((entry): entry is [string, string] => typeof entry[1] === "string"));
  } catch {
    return {};
  }
}
